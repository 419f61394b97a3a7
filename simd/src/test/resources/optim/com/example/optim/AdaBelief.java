package com.example.optim;

import static lanewise.program.Blocks.biasCorrectedRoot;
import static lanewise.program.Blocks.biasCorrection;
import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;

import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.Rule;

/** Adam with the gradient's distance from its average in the place of its size (Zhuang et al., NeurIPS 2020). */
// @start region="rule"
public record AdaBelief(double beta1, double beta2, double epsilon) implements Rule {

    static final Slot MEAN = Slot.state("m");
    static final Slot VARIANCE = Slot.state("s");

    @Override
    public Program program() {
        Expr g = read(GRADIENT);
        Expr b1 = scalar("β₁", beta1);
        Expr b2 = scalar("β₂", beta2);
        Expr eps = scalar("ε", epsilon);
        Expr m = ema(read(MEAN), b1, g);
        Expr s = ema(read(VARIANCE), b2, g.minus(m).squared()).plus(eps);
        Expr step = LEARNING_RATE.over(biasCorrection(b1)).times(m);
        Expr divisor = biasCorrectedRoot(s, b2).plus(eps);
        return Program.empty()
                .set(MEAN, m)
                .set(VARIANCE, s)
                .set(PARAMETER, read(PARAMETER).minus(step.over(divisor)));
    }
}
// @end
