package lanewise.bench.golden;

import static lanewise.program.Blocks.biasCorrection;
import static lanewise.program.Blocks.ema;
import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.STEP;
import static lanewise.program.Scalars.WEIGHT_DECAY;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lanewise.program.Expr;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;
import org.junit.jupiter.api.Test;

/** Rules with a fault, in the place of the right one: the comparison catches each, in fp32 and in float64. */
class GoldenFaultsTest {
    private static final String ADAM = "elementwise/adam_eps_large.json";
    private static final String ADAMW = "elementwise/adamw_amsgrad.json";
    private static final double EPSILON = 0.01;

    /** A mean and a mean square, as Adam keeps them, and what a test makes of them. */
    private record Adamlike(double beta1, double beta2, Step step) implements Rule {
        private interface Step {
            Expr of(Expr m, Expr v, Expr b1, Expr b2);
        }

        @Override
        public Program program() {
            Expr g = read(GRADIENT);
            Expr b1 = scalar("β₁", beta1);
            Expr b2 = scalar("β₂", beta2);
            Expr m = ema(read(Slot.state("m")), b1, g);
            Expr v = ema(read(Slot.state("v")), b2, g.squared());
            return Program.empty()
                    .set(Slot.state("m"), m)
                    .set(Slot.state("v"), v)
                    .set(PARAMETER, read(PARAMETER).minus(step.of(m, v, b1, b2)));
        }
    }

    private static Expr right(Expr m, Expr v, Expr b1, Expr b2) {
        Expr root = v.sqrt().times(ONE.over(biasCorrection(b2).sqrt())).plus(scalar("ε", EPSILON));
        return LEARNING_RATE.over(biasCorrection(b1)).times(m).over(root);
    }

    private static Expr withEpsilonInTheRoot(Expr m, Expr v, Expr b1, Expr b2) {
        Expr root =
                v.times(ONE.over(biasCorrection(b2))).plus(scalar("ε", EPSILON)).sqrt();
        return LEARNING_RATE.over(biasCorrection(b1)).times(m).over(root);
    }

    private static Expr correctedForOneStepMore(Expr m, Expr v, Expr b1, Expr b2) {
        Expr next = STEP.plus(constant(1));
        Expr root = v.sqrt().times(ONE.over(ONE.minus(b2.pow(next)).sqrt())).plus(scalar("ε", EPSILON));
        return LEARNING_RATE.over(ONE.minus(b1.pow(next))).times(m).over(root);
    }

    /** AdamW with AMSGrad whose weights decay before or after the update. */
    private record AdamWDecaying(boolean after) implements Rule {
        @Override
        public Program program() {
            Expr g = read(GRADIENT);
            Expr b1 = scalar("β₁", 0.9);
            Expr b2 = scalar("β₂", 0.999);
            Expr m = ema(read(Slot.state("m")), b1, g);
            Expr v = ema(read(Slot.state("v")), b2, g.squared());
            Expr x = read(Slot.state("x")).max(v);
            Expr root = x.sqrt().times(ONE.over(biasCorrection(b2).sqrt())).plus(scalar("ε", 1e-8));
            Expr step = LEARNING_RATE.over(biasCorrection(b1)).times(m).over(root);
            Expr kept = ONE.minus(LEARNING_RATE.times(WEIGHT_DECAY));
            Expr theta = read(PARAMETER);
            return Program.empty()
                    .set(Slot.state("m"), m)
                    .set(Slot.state("v"), v)
                    .set(Slot.state("x"), x)
                    .set(
                            PARAMETER,
                            after
                                    ? kept.times(theta.minus(step))
                                    : kept.times(theta).minus(step));
        }
    }

    private static Verdict verdict(String file, Rule rule) {
        GoldenCase golden =
                GoldenCase.of(GoldenZip.open(file)).withRule(rule, decay -> WeightDecay.inRule(decay.rate()));
        return GoldenVerification.ofRun(file, GoldenRun.of(golden, true));
    }

    private static void assertCaught(String file, Rule fault) {
        Verdict verdict = verdict(file, fault);
        assertEquals(Verdict.Kind.FALLS_SHORT, verdict.kind(), verdict::toString);
        assertTrue(verdict.reason().contains("in float64"), verdict::reason);
        assertTrue(verdict.reason().contains("in fp32"), verdict::reason);
    }

    @Test
    void followsTheSameRulesWithoutAFault() {
        assertEquals(
                Verdict.Kind.FOLLOWED,
                verdict(ADAM, new Adamlike(0.9, 0.999, GoldenFaultsTest::right)).kind());
        assertEquals(
                Verdict.Kind.FOLLOWED, verdict(ADAMW, new AdamWDecaying(false)).kind());
    }

    @Test
    void catchesAnEpsilonInsideTheRoot() {
        assertCaught(ADAM, new Adamlike(0.9, 0.999, GoldenFaultsTest::withEpsilonInTheRoot));
    }

    @Test
    void catchesADecayAfterTheUpdate() {
        assertCaught(ADAMW, new AdamWDecaying(true));
    }

    @Test
    void catchesABiasCorrectionThatIsOffByAStep() {
        assertCaught(ADAM, new Adamlike(0.9, 0.999, GoldenFaultsTest::correctedForOneStepMore));
    }

    @Test
    void catchesBetasThatAreExchanged() {
        assertCaught(ADAM, new Adamlike(0.999, 0.9, GoldenFaultsTest::right));
    }
}
