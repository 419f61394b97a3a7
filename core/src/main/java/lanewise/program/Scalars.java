package lanewise.program;

/** The scalars that every rule may speak of. */
public final class Scalars {

    /** One. */
    public static final Expr ONE = Expr.constant(1);

    /** t, the number of the step, from 1. */
    public static final Expr STEP = Expr.scalar("t", clock -> (double) clock.step());

    /** η, the learning rate of the step. */
    public static final Expr LEARNING_RATE = Expr.scalar("η", Clock::learningRate);

    /** λ, the weight decay of the group. */
    public static final Expr WEIGHT_DECAY = Expr.scalar("λ", Clock::weightDecay);

    /** s, what gradients are multiplied by before anything else. */
    public static final Expr GRADIENT_SCALE = Expr.scalar("s", Clock::gradientScale);

    /** n, the number of elements of the tensor. */
    public static final Expr ELEMENTS = new Expr.Scalar("n", Extent.TENSOR, clock -> (double) clock.elements());

    /** The number of rows of each matrix of the tensor; 1 if it has one axis. */
    public static final Expr ROWS = new Expr.Scalar("rows", Extent.TENSOR, clock -> (double) clock.rows());

    /** The number of columns: the length of the last axis. */
    public static final Expr COLUMNS = new Expr.Scalar("columns", Extent.TENSOR, clock -> (double) clock.columns());

    /** What the random numbers of a step and a tensor come from; no rule's business. */
    static final Expr KEY = new Expr.Scalar("key", Extent.TENSOR, Clock::key);

    private Scalars() {}
}
