package lanewise.rule;

import lanewise.program.Program;

/**
 * AdamW: Adam with weight decay apart from the gradient.
 *
 * <p>Under {@link Adam} with L2 the decay is divided by √v̂ like the gradient, so weights with large
 * gradients hardly decay. Here every weight shrinks by the same ηλ a step.
 *
 * <pre>
 * θ ← (1−ηλ)·θ, then Adam:
 * m ← β₁·m + (1−β₁)·g
 * v ← β₂·v + (1−β₂)·g²
 * θ ← θ − η/(1−β₁ᵗ)·m / (√v/√(1−β₂ᵗ) + ε)
 * </pre>
 *
 * <p><b>State</b>: m and v, first 0; x with AMSGrad. Moves 28 bytes per parameter, 36 with AMSGrad.
 *
 * <p><b>Differences</b>: PyTorch's form. The paper's decay is λ alone times a schedule multiplier;
 * here, as everywhere since, it is ηλ.
 *
 * <p><b>Rounding</b>: as {@link Adam}; 1−ηλ is a scalar, rounded once.
 *
 * {@snippet class="lanewise.rule.RuleExamples" region="adamw"}
 *
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1)
 * @param epsilon ε, finite and at least 0
 * @param amsgrad whether the largest mean square so far is divided by
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov, Hutter: Decoupled Weight Decay
 *     Regularization (ICLR 2019)</a>
 */
public record AdamW(double beta1, double beta2, double epsilon, boolean amsgrad) implements Rule {

    /**
     * Checks the hyper-parameters.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public AdamW {
        adam(beta1, beta2, epsilon, amsgrad);
    }

    /** The paper's defaults: β (0.9, 0.999), ε 1e-8; λ is 0.01 unless the caller says otherwise. */
    public AdamW() {
        this(0.9, 0.999, 1e-8, false);
    }

    /** With decay rates β₁ and β₂ in [0, 1). */
    public AdamW betas(double beta1, double beta2) {
        return new AdamW(beta1, beta2, epsilon, amsgrad);
    }

    /** With ε ≥ 0. */
    public AdamW epsilon(double epsilon) {
        return new AdamW(beta1, beta2, epsilon, amsgrad);
    }

    /** With the largest mean square so far. */
    public AdamW amsgrad(boolean amsgrad) {
        return new AdamW(beta1, beta2, epsilon, amsgrad);
    }

    @Override
    public WeightDecay weightDecay() {
        return WeightDecay.decoupled(1e-2);
    }

    @Override
    public Program program() {
        return adam(beta1, beta2, epsilon, amsgrad).program();
    }

    private static Adam adam(double beta1, double beta2, double epsilon, boolean amsgrad) {
        return new Adam(beta1, beta2, epsilon, amsgrad, false);
    }
}
