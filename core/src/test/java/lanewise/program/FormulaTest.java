package lanewise.program;

import static lanewise.program.Expr.constant;
import static lanewise.program.Expr.read;
import static lanewise.program.Expr.scalar;
import static lanewise.program.Expr.select;
import static lanewise.program.Scalars.LEARNING_RATE;
import static lanewise.program.Scalars.ONE;
import static lanewise.program.Scalars.STEP;
import static lanewise.program.Scalars.WEIGHT_DECAY;
import static lanewise.program.Slot.GRADIENT;
import static lanewise.program.Slot.PARAMETER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adadelta;
import lanewise.rule.Adafactor;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.Adamax;
import lanewise.rule.Lamb;
import lanewise.rule.Lars;
import lanewise.rule.Lion;
import lanewise.rule.NAdam;
import lanewise.rule.RAdam;
import lanewise.rule.RmsProp;
import lanewise.rule.Rule;
import lanewise.rule.ScheduleFreeAdamW;
import lanewise.rule.ScheduleFreeSgd;
import lanewise.rule.Sgd;
import lanewise.rule.Signum;
import lanewise.rule.Sophia;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FormulaTest {

    static Stream<Arguments> rules() {
        return Stream.of(
                arguments(new Sgd(), "θ ← θ − η·g"),
                arguments(new Sgd().momentum(0.9), """
                        v ← μ·v + g
                        θ ← θ − η·v"""),
                arguments(new Sgd().momentum(0.9).dampening(0.1), """
                        v ← μ·v + (1−τ)·g
                        θ ← θ − η·v"""),
                arguments(new Sgd().momentum(0.9).rateInVelocity(true), """
                        v ← μ·v + η·g
                        θ ← θ − v"""),
                arguments(new Sgd().momentum(0.9).nesterov(true), """
                        v ← μ·v + g
                        θ ← θ − η·(g + μ·v)"""),
                arguments(new AdaGrad(), """
                        s ← s + g²
                        θ ← θ − η·g / (√s + ε)"""),
                arguments(new AdaGrad().rateDecay(0.1).epsilonInRoot(true), """
                        s ← s + g²
                        θ ← θ − (η/(1+(t−1)·κ))·g / √(s + ε)"""),
                arguments(new RmsProp(), """
                        s ← α·s + (1−α)·g²
                        θ ← θ − η·g / (√s + ε)"""),
                arguments(new RmsProp().centered(true).momentum(0.9), """
                        s ← α·s + (1−α)·g²
                        a ← α·a + (1−α)·g
                        b ← μ·b + g / (√max(s − a², 0) + ε)
                        θ ← θ − η·b"""),
                arguments(new RmsProp().momentum(0.9).epsilonInRoot(true).rateInVelocity(true), """
                        s ← α·s + (1−α)·g²
                        b ← μ·b + η·g / √(s + ε)
                        θ ← θ − b"""),
                arguments(new Adadelta(), """
                        s ← ρ·s + (1−ρ)·g²
                        d = (√(u + ε) / √(s + ε))·g
                        u ← ρ·u + (1−ρ)·d²
                        θ ← θ − η·d"""),
                arguments(new Adam(), """
                        m ← β₁·m + (1−β₁)·g
                        v ← β₂·v + (1−β₂)·g²
                        θ ← θ − (η/(1−β₁ᵗ))·m / (√v·(1/√(1−β₂ᵗ)) + ε)"""),
                arguments(new Adam().amsgrad(true), """
                        m ← β₁·m + (1−β₁)·g
                        v ← β₂·v + (1−β₂)·g²
                        x ← max(x, v)
                        θ ← θ − (η/(1−β₁ᵗ))·m / (√x·(1/√(1−β₂ᵗ)) + ε)"""),
                arguments(new Adam().epsilonHat(true), """
                        m ← β₁·m + (1−β₁)·g
                        v ← β₂·v + (1−β₂)·g²
                        θ ← θ − √(1−β₂ᵗ)·(η/(1−β₁ᵗ))·m / (√v + ε)"""),
                arguments(new AdamW(), """
                        m ← β₁·m + (1−β₁)·g
                        v ← β₂·v + (1−β₂)·g²
                        θ ← (1−ηλ)·θ − (η/(1−β₁ᵗ))·m / (√v·(1/√(1−β₂ᵗ)) + ε)"""),
                arguments(new Adamax(), """
                        m ← β₁·m + (1−β₁)·g
                        u ← max(β₂·u, |g| + ε)
                        θ ← θ − (η/(1−β₁ᵗ))·m / u"""),
                arguments(new NAdam(), """
                        m ← β₁·m + (1−β₁)·g
                        v ← β₂·v + (1−β₂)·g²
                        θ ← θ − ((η·(1−μₜ)/(1−Πₜ))·g + (ημₜ₊₁/(1−Πₜ₊₁))·m) / (√v·(1/√(1−β₂ᵗ)) + ε)"""),
                arguments(new RAdam(), """
                        m ← β₁·m + (1−β₁)·g
                        v ← β₂·v + (1−β₂)·g²
                        ρₜ = 2/(1−β₂)−1−2·t·β₂ᵗ/(1−β₂ᵗ)
                        r = √((ρₜ−4)·(ρₜ−2)·(2/(1−β₂)−1)/((2/(1−β₂)−1−4)·(2/(1−β₂)−1−2)·ρₜ))
                        θ ← θ − (ρₜ > 5 ? (η/(1−β₁ᵗ))·r·√(1−β₂ᵗ)·m / (√v + ε) : (η/(1−β₁ᵗ))·m)"""),
                arguments(new Lion(), """
                        c = β₁·m + (1−β₁)·g
                        θ ← θ − η·sign(c)
                        m ← β₂·m + (1−β₂)·g"""),
                arguments(new Signum(), """
                        v ← μ·v + (1−μ)·g
                        θ ← θ − η·sign(v)"""),
                arguments(Signum.signSgd(), "θ ← θ − η·sign(g)"),
                arguments(new Lars(), """
                        v ← μ·v + (g + λ·θ)·(λ > 0 ? (min(‖θ‖, ‖g‖) > 0 ? κ·‖θ‖/(‖g‖+λ·‖θ‖+ε) : 1) : 1)
                        θ ← θ − η·v"""),
                arguments(new Lamb(), """
                        m ← β₁·m + (1−β₁)·g
                        v ← β₂·v + (1−β₂)·g²
                        r = (1/(1−β₁ᵗ))·m / (√v·(1/√(1−β₂ᵗ)) + ε) + λ·θ
                        q = λ > 0 ? (min(‖θ‖, ‖r‖) > 0 ? ‖θ‖/‖r‖ : 1) : 1
                        θ ← θ − ηq·r"""),
                arguments(new Adafactor(), """
                        v ← β̂₂·v + (1−β̂₂)·g²
                        u = g / max(√v, ε₁)
                        α = max(ε₂, RMS(θ))·min(η, 1/√t)
                        θ ← (1−ηλ)·θ − (α/max(1, RMS(u)/d))·u"""),
                arguments(Adafactor.huggingFace().beta1(0.9), """
                        v ← β̂₂·v + (1−β̂₂)·(g² + ε₁)
                        u = g / √v
                        α = max(ε₂, RMS(θ))·min(η, 1/√t)
                        m ← β₁·m + (1−β₁)·((α/max(1, RMS(u)/d))·u)
                        θ ← (1−αλ)·θ − m"""),
                arguments(Sophia.g(1), """
                        m ← β₁·m + (1−β₁)·g
                        θ ← (1−ηλ)·θ − η·clip(m / (γ·h + ε), ±ρ)"""),
                arguments(Sophia.h().biasCorrection(true), """
                        m ← β₁·m + (1−β₁)·g
                        θ ← (1−ηλ)·θ − η·clip((1/(1−β₁ᵗ))·m / max(γ·h, ε), ±ρ)"""),
                arguments(new ScheduleFreeSgd(), """
                        d = g + λ·θ
                        η̂ ← max(η̂, η·min(1,t/T))
                        W ← W+t^r·η̂^p
                        c = W > 0 ? t^r·η̂^p/W : 0
                        θ ← θ + c·((t > 1 ? z : θ) − θ) − η·min(1,t/T)·(1−β·(1−c))·d
                        z ← (t > 1 ? z : θ₍ₜ₋₁₎) − η·min(1,t/T)·d"""),
                arguments(new ScheduleFreeAdamW(), """
                        v ← β₂·v + (1−β₂)·g²
                        d = g / (√v·(1/√(1−β₂ᵗ)) + ε) + λ·θ
                        η̂ ← max(η̂, η·min(1,t/T))
                        W ← W+t^r·η̂^p
                        c = W > 0 ? t^r·η̂^p/W : 0
                        θ ← θ + c·((t > 1 ? z : θ) − θ) − η·min(1,t/T)·(1−β·(1−c))·d
                        z ← (t > 1 ? z : θ₍ₜ₋₁₎) − η·min(1,t/T)·d"""));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aRulePrintsAsItsPaperWritesIt(Rule rule, String expected) {
        Extras extras = Extras.DEFAULT.decay(
                rule.weightDecay().rate() == 0
                        ? Extras.Decay.IN_RULE
                        : rule.weightDecay().where());
        assertEquals(expected, String.join("\n", Formula.of(extras.applyTo(rule.program()))));
    }

    static Stream<Arguments> rulesOfMatrices() {
        return Stream.of(
                arguments(new Adafactor(), """
                        R ← β̂₂·R + (1−β̂₂)·meanⱼ(g²)
                        C ← β̂₂·C + (1−β̂₂)·meanᵢ(g²)
                        u = min((1 / √(R / max(meanᵢ(R), ε₁)))·(1 / √C), 1/ε₁)·g
                        α = max(ε₂, RMS(θ))·min(η, 1/√t)
                        θ ← (1−ηλ)·θ − (α/max(1, RMS(u)/d))·u"""),
                arguments(Adafactor.huggingFace().beta1(0.9), """
                        R ← β̂₂·R + (1−β̂₂)·meanⱼ(g² + ε₁)
                        C ← β̂₂·C + (1−β̂₂)·meanᵢ(g² + ε₁)
                        u = (1 / √(R / meanᵢ(R)))·(1 / √C)·g
                        α = max(ε₂, RMS(θ))·min(η, 1/√t)
                        m ← β₁·m + (1−β₁)·((α/max(1, RMS(u)/d))·u)
                        θ ← (1−αλ)·θ − m"""),
                arguments(new Sgd(), "θ ← θ − η·g"));
    }

    @ParameterizedTest
    @MethodSource("rulesOfMatrices")
    void aRulePrintsForTheShapeOfATensor(Rule rule, String expected) {
        Program program = rule.forShape(Shape.of(4, 5)).program();
        assertEquals(expected, String.join("\n", Formula.of(Extras.DEFAULT.applyTo(program))));
    }

    static Stream<Arguments> programsBesideTheStep() {
        Extras averaged = Extras.DEFAULT.average(Optional.of(Average.ema(0.9)));
        Extras later = Extras.DEFAULT.average(Optional.of(Average.uniform().from(5)));
        return Stream.of(
                arguments(Sophia.g(1).hessianUpdate(), "h ← β₂·h + (1−β₂)·g²"),
                arguments(Sophia.h().hessianUpdate(), "h ← β₂·h + (1−β₂)·g"),
                arguments(new ScheduleFreeSgd().evaluation(), "θ ← t > 0 ? θ + (1−1/β)·(z − θ) : θ"),
                arguments(averaged.evaluation(Program.empty()), "θ ← t > 0 ? θ̄ : θ"),
                arguments(later.evaluation(Program.empty()), "θ ← t > 4 ? θ̄ : θ"));
    }

    @ParameterizedTest
    @MethodSource("programsBesideTheStep")
    void whatIsDoneBesideTheStepPrints(Program program, String expected) {
        assertEquals(List.of(expected), Formula.of(program));
    }

    static Stream<Arguments> extras() {
        OptionalDouble one = OptionalDouble.of(1);
        return Stream.of(
                arguments(Extras.DEFAULT.decay(Extras.Decay.COUPLED), "θ ← θ − η·(g + λ·θ)"),
                arguments(Extras.DEFAULT.decay(Extras.Decay.DECOUPLED), "θ ← (1−ηλ)·θ − η·g"),
                arguments(Extras.DEFAULT.scaled(true), "θ ← θ − η·(s·g)"),
                arguments(Extras.DEFAULT.clipValue(one), "θ ← θ − η·clip(g, ±c)"),
                arguments(Extras.DEFAULT.maximize(true), "θ ← θ − η·(−g)"),
                arguments(Extras.DEFAULT.scaled(true).maximize(true), "θ ← θ − η·(−s·g)"),
                arguments(Extras.DEFAULT.checkFinite(true).clipValue(one), """
                        θ ← θ − η·clip(g, ±c)
                        unclippedNorm = ‖g‖
                        gradientNorm = ‖clip(g, ±c)‖"""),
                arguments(Extras.DEFAULT.scaled(true).clipValue(one).checkFinite(true), """
                        θ ← θ − η·clip(s·g, ±c)
                        unclippedNorm = s·‖g‖
                        gradientNorm = ‖clip(s·g, ±c)‖"""),
                arguments(Extras.DEFAULT.observeNorm(true), """
                        θ ← θ − η·g
                        gradientNorm = ‖g‖"""),
                arguments(Extras.DEFAULT.scaled(true).accumulated(true), """
                        θ ← θ − η·(s·Σg)
                        Σg ← 0"""),
                arguments(Extras.DEFAULT.scaled(true).clipNorm(one), """
                        θ ← θ − η·(s·min(1, c/(s·‖g‖+1e-6))·g)
                        gradientNorm = s·‖g‖
                        clipCoefficient = min(1, c/(s·‖g‖+1e-6))"""),
                arguments(Extras.DEFAULT.clipValue(one).clipNorm(one), """
                        θ ← θ − η·(min(1, c₂/(‖clip(g, ±c)‖+1e-6))·clip(g, ±c))
                        gradientNorm = ‖clip(g, ±c)‖
                        clipCoefficient = min(1, c₂/(‖clip(g, ±c)‖+1e-6))"""),
                arguments(Extras.DEFAULT.average(Optional.of(Average.ema(0.9))), """
                        θ ← θ − η·g
                        θ̄ ← θ̄ + cₙ·(θ − θ̄)"""),
                arguments(Extras.DEFAULT.average(Optional.of(Average.uniform().every(2))), """
                        θ ← θ − η·g
                        θ̄ ← cₙ > 0 ? θ̄ + cₙ·(θ − θ̄) : θ̄"""),
                arguments(Extras.DEFAULT.average(Optional.of(Average.countedEma(0.9))), """
                        θ ← θ − η·g
                        θ̄ ← (t > 1 ? θ̄ : θ₍ₜ₋₁₎) + cₙ·(θ − (t > 1 ? θ̄ : θ₍ₜ₋₁₎))"""));
    }

    @ParameterizedTest
    @MethodSource("extras")
    void extrasAreInTheFormula(Extras extras, String expected) {
        assertEquals(expected, String.join("\n", Formula.of(extras.applyTo(new Sgd().program()))));
    }

    @Test
    void theAccumulationPrints() {
        assertEquals(List.of("Σg ← Σg + g"), Formula.of(Extras.accumulation()));
    }

    private static final Expr A = read(Slot.state("a"));
    private static final Expr B = read(Slot.state("b"));
    private static final Expr C = read(Slot.state("c"));
    private static final Expr K = scalar("k", 2);
    private static final Expr SUMMED = read(Extras.ACCUMULATED);

    static Stream<Arguments> expressions() {
        return Stream.of(
                arguments(A.plus(B).plus(C), "a + b + c"),
                arguments(A.plus(B.plus(C)), "a + b + c"),
                arguments(A.minus(B.minus(C)), "a − (b − c)"),
                arguments(A.minus(B.plus(C)), "a − (b + c)"),
                arguments(A.minus(B).minus(C), "a − b − c"),
                arguments(A.plus(B).times(C), "(a + b)·c"),
                arguments(A.times(B.plus(C)), "a·(b + c)"),
                arguments(A.times(B).plus(C), "a·b + c"),
                arguments(A.over(B).over(C), "a / b / c"),
                arguments(A.over(B.over(C)), "a / (b / c)"),
                arguments(A.over(B.times(C)), "a / (b·c)"),
                arguments(A.times(B).over(C), "a·b / c"),
                arguments(A.over(B).times(C), "(a / b)·c"),
                arguments(A.times(B.over(C)), "a·(b / c)"),
                arguments(A.negate().plus(B), "−a + b"),
                arguments(A.plus(B).negate(), "−(a + b)"),
                arguments(A.plus(B).squared(), "(a + b)²"),
                arguments(A.times(B).squared(), "(a·b)²"),
                arguments(A.plus(B).sqrt(), "√(a + b)"),
                arguments(A.sqrt().times(B), "√a·b"),
                arguments(A.sqrt().squared(), "(√a)²"),
                arguments(A.over(B.sqrt()), "a / √b"),
                arguments(A.squared().squared(), "(a²)²"),
                arguments(A.times(B).abs(), "|a·b|"),
                arguments(A.max(B.plus(C)), "max(a, b + c)"),
                arguments(A.min(B), "min(a, b)"),
                arguments(A.clamp(K), "clip(a, ±k)"),
                arguments(A.plus(B).sign(), "sign(a + b)"),
                arguments(A.flush().plus(B), "a + b"),
                arguments(select(A.minus(B), B, C), "a > b ? b : c"),
                arguments(select(A, B, C).plus(A), "(a > 0 ? b : c) + a"),
                arguments(A.squared().sum(Extent.TENSOR), "Σa²"),
                arguments(A.plus(B).sum(Extent.TENSOR), "Σ(a + b)"),
                arguments(A.norm(Extent.TENSOR), "‖a‖"),
                arguments(A.plus(B).norm(Extent.ALL), "‖a + b‖"),
                arguments(A.sum(Extent.TENSOR).sqrt(), "√Σa"),
                arguments(SUMMED.squared().sum(Extent.TENSOR), "Σ(Σg)²"),
                arguments(SUMMED.norm(Extent.TENSOR), "‖Σg‖"),
                arguments(K.times(SUMMED), "k·Σg"),
                arguments(A.squared().sum(Extent.ROW), "Σⱼa²"),
                arguments(A.squared().sum(Extent.COLUMN), "Σᵢa²"),
                arguments(A.sum(Extent.ROW).sum(Extent.MATRIX), "ΣᵢΣⱼa"),
                arguments(A.sum(Extent.COLUMN).sum(Extent.MATRIX), "ΣⱼΣᵢa"),
                arguments(A.squared().sum(Extent.ROW).sqrt(), "√Σⱼa²"),
                arguments(A.sum(Extent.ROW).over(Scalars.COLUMNS), "meanⱼ(a)"),
                arguments(A.sum(Extent.ROW).over(Scalars.ROWS), "Σⱼa / rows"),
                arguments(A.sum(Extent.COLUMN).over(Scalars.ROWS), "meanᵢ(a)"),
                arguments(A.sum(Extent.TENSOR).over(Scalars.ELEMENTS), "mean(a)"),
                arguments(A.squared().sum(Extent.TENSOR).over(Scalars.ELEMENTS), "mean(a²)"),
                arguments(
                        A.plus(B)
                                .squared()
                                .sum(Extent.TENSOR)
                                .over(Scalars.ELEMENTS)
                                .sqrt(),
                        "RMS(a + b)"),
                arguments(A.times(A.sum(Extent.ROW).over(Scalars.COLUMNS)), "a·meanⱼ(a)"),
                arguments(K.pow(STEP), "kᵗ"),
                arguments(K.pow(STEP).squared(), "(kᵗ)²"),
                arguments(K.times(ONE.min(K)), "k·min(1, k)"),
                arguments(K.times(K.pow(K)), "k·k^k"),
                arguments(scalar("β̂₂", 1).times(LEARNING_RATE), "β̂₂η"),
                arguments(K.times(Scalars.ROWS), "k·rows"),
                arguments(select(K.minus(ONE), ONE, K), "k > 1 ? 1 : k"),
                arguments(K.plus(ONE).pow(STEP), "(k+1)ᵗ"),
                arguments(K.pow(K.plus(ONE)), "k^(k+1)"),
                arguments(LEARNING_RATE.times(WEIGHT_DECAY), "ηλ"),
                arguments(LEARNING_RATE.times(WEIGHT_DECAY).times(A), "ηλ·a"),
                arguments(ONE.minus(K).over(K), "(1−k)/k"),
                arguments(constant(0.5).times(K), "0.5·k"),
                arguments(constant(3), "3"));
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void bracketsAreWhereTheyAreNeeded(Expr expression, String expected) {
        assertEquals(expected, Formula.of(expression));
    }

    @Test
    void anOldValueThatIsReadAfterTheNewOneIsSaysSo() {
        Slot m = Slot.state("m");
        Expr next = K.times(read(m)).plus(read(GRADIENT));
        Program program =
                Program.empty().set(m, next).set(PARAMETER, read(PARAMETER).minus(next.plus(read(m))));
        assertEquals(List.of("m ← k·m + g", "θ ← θ − (m + m₍ₜ₋₁₎)"), Formula.of(program));
    }

    @Test
    void constantsBeyondLongArePrintedAsTheyAre() {
        assertEquals("1e19", Formula.of(Expr.constant(1e19)));
        assertEquals("Infinity", Formula.of(Expr.constant(Double.POSITIVE_INFINITY)));
    }
}
