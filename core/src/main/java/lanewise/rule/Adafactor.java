package lanewise.rule;

import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.COLUMNS;
import static lanewise.program.Scalars.ELEMENTS;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.ROWS;
import static lanewise.program.Scalars.STEP;
import static lanewise.program.Scalars.WEIGHT_DECAY;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import java.util.function.Consumer;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Power;
import lanewise.program.Program;
import lanewise.program.Require;
import lanewise.program.Shape;
import lanewise.program.Slot;

/**
 * Adafactor: RMSProp whose mean squares are kept by rows and columns alone.
 *
 * <p>Of a matrix it keeps a moving average of the squared gradient for each row and each column, and takes their product
 * for the mean square of an element: 8,192 values for a 4096 × 4096 matrix where Adam has 33.5 million. The update is
 * clipped by its root mean square, and its size is in proportion to the weights'.
 *
 * <pre>
 * β̂₂ = 1 − t^c
 * R ← β̂₂·R + (1−β̂₂)·mean of g² in the row          C likewise in the column
 * v̂ = R·C / mean of R                             (one axis: v ← β̂₂·v + (1−β̂₂)·g², v̂ = v)
 * u = g / max(√v̂, ε₁)
 * α = max(ε₂, RMS(θ)) · min(η, 1/√t)
 * θ ← (1−ηλ)·θ − α·u / max(1, RMS(u)/d)
 * </pre>
 *
 * <p><b>State</b>: R and C, first 0, a value for each row and column; v for tensors of one axis; m with a first moment.
 * Tensors of more than two axes are batches of matrices in the last two. Moves 24 bytes per parameter of a matrix, 12 of
 * them to find the averages and norms, and 32 of a tensor of one axis; a first moment adds 8. Each row costs a call, so
 * leave short ones, such as those of convolution kernels, out with {@link #minFactored}; working memory beside the state
 * is some 1/100 of a matrix.
 *
 * <p><b>Differences</b>: PyTorch's form. {@link #huggingFace} is that of Hugging Face and fairseq: ε₁ is added to g² and
 * nothing is clamped ({@link #epsilonAdded}), the decay is αλ ({@link #scaledDecay}), and the first moment and the two
 * parts of α are options: {@link #beta1}, {@link #relativeStep}, {@link #scaleParameter}. With a first moment α is
 * inside: {@code m ← β₁·m + (1−β₁)·α·u/…}. Their {@code warmup_init} is the schedule η = 1e-6·t. optax factors matrices
 * whose both sides are 128 or more, timm over 16: {@link #minFactored}. PyTorch's ε₁ is the fp32 ε, 2<sup>−23</sup>.
 *
 * <p><b>Rounding</b>: sums of rows and columns in blocks, in double between blocks, rounded once; R and C in fp32 like
 * elements; the mean of R, α and the clipping are scalars. An element of a matrix is multiplied by {@code min((1 / √(R /
 * mean of R)) · (1 / √C), 1/ε₁)}, whose two parts are computed once for a row and for a column.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="adafactor"}
 *
 * @param beta2Decay c, the exponent of β̂₂, finite and at most 0
 * @param epsilon1 ε₁, finite and at least 2<sup>−126</sup>, so that a gradient of 0 is no step
 * @param epsilon2 ε₂, the least size of the weights that counts, finite and at least 0
 * @param clipThreshold d, the largest root mean square of an update, above 0; infinity for no bound
 * @param beta1 β₁ in [0, 1); 0 keeps no first moment
 * @param relativeStep whether η is bounded by 1/√t
 * @param scaleParameter whether the step is in proportion to the weights
 * @param epsilonAdded whether ε₁ is added to the squared gradient in place of bounding v̂
 * @param scaledDecay whether the decay is αλ in place of ηλ
 * @param minFactored the least number of rows and of columns of a matrix that is factored, at least 1
 * @see <a href="https://arxiv.org/abs/1804.04235">Shazeer, Stern: Adafactor, Adaptive Learning Rates with Sublinear
 *     Memory Cost (ICML 2018)</a>
 */
public record Adafactor(
        double beta2Decay,
        double epsilon1,
        double epsilon2,
        double clipThreshold,
        double beta1,
        boolean relativeStep,
        boolean scaleParameter,
        boolean epsilonAdded,
        boolean scaledDecay,
        long minFactored)
        implements Rule {

    /** The moving average of the rows' mean squares. */
    public static final Slot ROW_MEAN_SQUARE = Slot.state("R", Extent.ROW);

    /** The moving average of the columns' mean squares. */
    public static final Slot COLUMN_MEAN_SQUARE = Slot.state("C", Extent.COLUMN);

    /** The moving average of the squared gradient, of tensors that are not factored. */
    public static final Slot MEAN_SQUARE = Slot.state("v");

    /** The moving average of the update, kept with β₁. */
    public static final Slot MEAN = Slot.state("m");

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Adafactor {
        Require.atMost("beta2Decay", 0, beta2Decay);
        Require.atLeast("epsilon1", Float.MIN_NORMAL, epsilon1);
        Require.atLeast("epsilon2", 0, epsilon2);
        Require.aboveZero("clipThreshold", clipThreshold);
        Require.decayRate("beta1", beta1);
        Require.atLeast("minFactored", 1, minFactored);
    }

    /** PyTorch's form: c −0.8, ε₁ 2⁻²³, ε₂ 1e-3, d 1, no first moment. */
    public Adafactor() {
        this(-0.8, 0x1p-23, 1e-3, 1, 0, true, true, false, false, 1);
    }

    /** The form of Hugging Face and fairseq: ε₁ 1e-30 added to g², decay αλ. */
    public static Adafactor huggingFace() {
        return new Adafactor(-0.8, 1e-30, 1e-3, 1, 0, true, true, true, true, 1);
    }

    /** A copy in the making, its components by name: ten in a row are easily exchanged. */
    private static final class Draft {
        private double beta2Decay;
        private double epsilon1;
        private double epsilon2;
        private double clipThreshold;
        private double beta1;
        private boolean relativeStep;
        private boolean scaleParameter;
        private boolean epsilonAdded;
        private boolean scaledDecay;
        private long minFactored;

        Draft(Adafactor from) {
            beta2Decay = from.beta2Decay;
            epsilon1 = from.epsilon1;
            epsilon2 = from.epsilon2;
            clipThreshold = from.clipThreshold;
            beta1 = from.beta1;
            relativeStep = from.relativeStep;
            scaleParameter = from.scaleParameter;
            epsilonAdded = from.epsilonAdded;
            scaledDecay = from.scaledDecay;
            minFactored = from.minFactored;
        }

        Adafactor done() {
            return new Adafactor(
                    beta2Decay,
                    epsilon1,
                    epsilon2,
                    clipThreshold,
                    beta1,
                    relativeStep,
                    scaleParameter,
                    epsilonAdded,
                    scaledDecay,
                    minFactored);
        }
    }

    private Adafactor with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.done();
    }

    /** With another exponent c ≤ 0. */
    public Adafactor beta2Decay(double beta2Decay) {
        return with(draft -> draft.beta2Decay = beta2Decay);
    }

    /** With ε₁ of at least 2⁻¹²⁶ and ε₂ ≥ 0. */
    public Adafactor epsilons(double epsilon1, double epsilon2) {
        return with(draft -> {
            draft.epsilon1 = epsilon1;
            draft.epsilon2 = epsilon2;
        });
    }

    /** With updates clipped to a root mean square of d above 0; infinity for no bound. */
    public Adafactor clipThreshold(double clipThreshold) {
        return with(draft -> draft.clipThreshold = clipThreshold);
    }

    /** With a first moment of decay rate β₁ in [0, 1). */
    public Adafactor beta1(double beta1) {
        return with(draft -> draft.beta1 = beta1);
    }

    /** With η bounded by 1/√t or not. */
    public Adafactor relativeStep(boolean relativeStep) {
        return with(draft -> draft.relativeStep = relativeStep);
    }

    /** With steps in proportion to the weights or not. */
    public Adafactor scaleParameter(boolean scaleParameter) {
        return with(draft -> draft.scaleParameter = scaleParameter);
    }

    /** With ε₁ added to the squared gradient, or as a bound of v̂. */
    public Adafactor epsilonAdded(boolean epsilonAdded) {
        return with(draft -> draft.epsilonAdded = epsilonAdded);
    }

    /** With a decay of αλ or of ηλ. */
    public Adafactor scaledDecay(boolean scaledDecay) {
        return with(draft -> draft.scaledDecay = scaledDecay);
    }

    /** With only those matrices factored that have at least so many rows and columns. */
    public Adafactor minFactored(long minFactored) {
        return with(draft -> draft.minFactored = minFactored);
    }

    @Override
    public double learningRate() {
        return 1e-2;
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.inRule(0);
    }

    /** What happens to a tensor that is not factored, such as one of one axis. */
    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr v = ema(read(MEAN_SQUARE), beta2(), squared(g));
        return update(Program.empty().set(MEAN_SQUARE, v), g.over(root(v)));
    }

    /** Another rule for matrices. */
    @Override
    public Rule forShape(Shape shape) {
        boolean factored = shape.axes() >= 2 && shape.rows() >= minFactored && shape.columns() >= minFactored;
        return factored ? new OfMatrices(this) : this;
    }

    private record OfMatrices(Adafactor options) implements Rule {
        @Override
        public Program program() {
            return options.factored();
        }
    }

    private Program factored() {
        Expr g = read(GRADIENT);
        Expr square = squared(g);
        Expr b2 = beta2();
        Expr r = ema(read(ROW_MEAN_SQUARE), b2, square.sum(Extent.ROW).over(COLUMNS));
        Expr c = ema(read(COLUMN_MEAN_SQUARE), b2, square.sum(Extent.COLUMN).over(ROWS));
        Expr mean = r.sum(Extent.MATRIX).over(ROWS);
        Program program = Program.empty().set(ROW_MEAN_SQUARE, r).set(COLUMN_MEAN_SQUARE, c);
        // A factor for each row and one for each column, so that no element needs a division or a root. Divided by the
        // mean first, so that no product of two small averages underflows.
        Expr ofRow = ONE.over(r.over(epsilonAdded ? mean : mean.max(eps1())).sqrt());
        Expr ofColumn = ONE.over(c.sqrt());
        Expr factor = ofRow.times(ofColumn);
        return update(program, (epsilonAdded ? factor : factor.min(ONE.over(eps1()))).times(g));
    }

    private Expr squared(Expr g) {
        return epsilonAdded ? g.squared().plus(eps1()) : g.squared();
    }

    private Expr root(Expr v) {
        return epsilonAdded ? v.sqrt() : v.sqrt().max(eps1());
    }

    private Program update(Program averages, Expr u) {
        Expr theta = read(PARAMETER);
        Expr rate = relativeStep ? LEARNING_RATE.min(ONE.over(STEP.sqrt())) : LEARNING_RATE;
        Expr alpha = scaleParameter
                ? scalar("ε₂", epsilon2).max(rootMeanSquare(theta)).times(rate)
                : rate;
        Expr clipped = clipThreshold < Double.POSITIVE_INFINITY
                ? alpha.over(ONE.max(rootMeanSquare(u).over(scalar("d", clipThreshold))))
                : alpha;
        Program program = averages.let("u", u).let("α", alpha);
        Expr step = clipped.times(u);
        if (beta1 > 0) {
            step = ema(read(MEAN), scalar("β₁", beta1), step);
            program = program.set(MEAN, step);
        }
        Expr decay = ONE.minus((scaledDecay ? alpha : LEARNING_RATE).times(WEIGHT_DECAY));
        return program.set(PARAMETER, decay.times(theta).minus(step));
    }

    private static Expr rootMeanSquare(Expr x) {
        return x.squared().sum(Extent.TENSOR).over(ELEMENTS).sqrt();
    }

    private Expr beta2() {
        return scalar("β̂₂", clock -> 1 - 1 / Power.of(clock.step(), -beta2Decay));
    }

    private Expr eps1() {
        return scalar("ε₁", epsilon1);
    }
}
