package lanewise.program;

import static lanewise.program.Expr.select;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.STEP;
import static lanewise.program.Scalars.WEIGHT_DECAY;

/** The steps that many rules share, named as the papers name them. A rule is a sentence made of them. */
public final class Blocks {

    private Blocks() {}

    /**
     * Exponential moving average: {@code β·average + (1−β)·x}.
     *
     * @param average the average so far
     * @param beta its decay rate
     * @param x the new value
     * @return the new average
     */
    public static Expr ema(Expr average, Expr beta, Expr x) {
        return beta.times(average).plus(ONE.minus(beta).times(x));
    }

    /**
     * What the average of t values that started at zero lacks: {@code 1−βᵗ}. Dividing by it is the
     * bias correction of Kingma and Ba (2015).
     *
     * @param beta the decay rate of the average
     * @return the factor, a scalar
     */
    public static Expr biasCorrection(Expr beta) {
        return ONE.minus(beta.pow(STEP));
    }

    /**
     * The root of a bias-corrected mean square: {@code √v · 1/√(1−βᵗ)}, with the division in the
     * scalar.
     *
     * @param meanSquare the average v, not corrected
     * @param beta its decay rate
     * @return √v̂
     */
    public static Expr biasCorrectedRoot(Expr meanSquare, Expr beta) {
        return meanSquare.sqrt().times(ONE.over(biasCorrection(beta).sqrt()));
    }

    /**
     * L2 regularisation, added to the gradient: {@code g + λ·θ}.
     *
     * @param gradient g
     * @param parameter θ
     * @return the gradient of the regularised loss
     */
    public static Expr coupledDecay(Expr gradient, Expr parameter) {
        return gradient.plus(WEIGHT_DECAY.times(parameter));
    }

    /**
     * Decay of the weights apart from the gradient (Loshchilov and Hutter, 2019): {@code (1−ηλ)·θ}.
     *
     * @param parameter θ
     * @return the decayed parameter, before the update
     */
    public static Expr decoupledDecay(Expr parameter) {
        return ONE.minus(LEARNING_RATE.times(WEIGHT_DECAY)).times(parameter);
    }

    /**
     * A step of ±η: {@code θ − η·sign(x)}.
     *
     * @param parameter θ
     * @param x whose sign counts; 0 and NaN stay what they are
     * @return the new parameter
     */
    public static Expr signUpdate(Expr parameter, Expr x) {
        return parameter.minus(LEARNING_RATE.times(x.sign()));
    }

    /**
     * The layer-wise trust ratio of LARS and LAMB: {@code ‖θ‖/‖update‖}, 1 where either is 0.
     *
     * @param weightNorm norm of the tensor's weights
     * @param updateNorm norm of its update
     * @return the ratio, a scalar of the tensor
     */
    public static Expr trustRatio(Expr weightNorm, Expr updateNorm) {
        return select(weightNorm.min(updateNorm), weightNorm.over(updateNorm), ONE);
    }
}
