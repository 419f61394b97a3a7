package lanewise.bench.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ExplainCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private String explain(String line) {
        int code = new CommandLine(new ExplainCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.split(" ", -1));
        assertEquals(0, code, err::toString);
        return out.toString();
    }

    private void shows(String line, String... expected) {
        String text = explain(line);
        // Columns are as wide as their widest cell, and long lines are broken.
        String narrow = text.replaceAll("\\s+", " ");
        for (String each : expected) {
            assertTrue(narrow.contains(each), () -> each + " is not in\n" + text);
        }
    }

    @Test
    void tellsAllOfARule() {
        shows(
                "AdamW --lanes 8 --step 1000",
                "AdamW: Adam with weight decay apart from the gradient ",
                "beta1=0.9, beta2=0.999, epsilon=1.0E-8, amsgrad=false; learning rate 0.001, weight decay 0.01",
                "θ ← (1−ηλ)·θ − (η/(1−β₁ᵗ))·m / (√v·(1/√(1−β₂ᵗ)) + ε) ",
                " m | state, kept from step to step | 0 | 4 | 4 | 4 ",
                "A step moves 28 bytes per parameter; the state takes 8.",
                " 1 | m g v θ | m v θ | – | 28 ",
                "── Scalars at step 1000 ──",
                " oneMinusEtaLambda | 1−ηλ | 0.99999 | 0.99999 | 0x3f7fff58 ",
                "8 lanes, 256 bits",
                "FloatVector newM = beta1.mul(m).add(oneMinusBeta1.mul(g));");
        assertFalse(out.toString().contains("Bytecode"), out::toString);
    }

    @Test
    void setsOptionsOfTheRuleAndOfTheRuleInIt() {
        shows(
                "lars --set sgd.momentum=0.5 --set clipTrust=true --weight-decay 0.1 --learning-rate 2",
                "sgd.momentum=0.5",
                "clipTrust=true",
                "learning rate 2, weight decay 0.1 (in-rule)",
                "μ = 0.5");
    }

    @Test
    void setsTogetherWhatIsCheckedTogether() {
        shows("sgd --set nesterov=true --set momentum=0.9", "θ ← θ − η·(g + μ·v)");
    }

    @Test
    void addsExtras() {
        shows(
                "sgd --weight-decay 0.1 --decay decoupled --clip-norm 2 --clip-value 0.5 --maximize --accumulate 4",
                "ĝ = −min(1, c₂/(‖clip(s·Σg, ±c)‖+1e-6))·clip(s·Σg, ±c)",
                "θ ← (1−ηλ)·θ − η·ĝ ",
                "clipCoefficient = ",
                "2 passes over memory",
                "over all tensors",
                "after pass 1",
                "Σg",
                "Each of the 4 micro-batches of a step moves 12 more, for Σg ← Σg + g.");
    }

    @Test
    void showsAProgramForAShape() {
        shows(
                "adafactor --lanes 8 --step 10",
                "Shown for a 4096 × 4096 matrix; the rule's program differs by shape: see --shape.",
                "R ← β̂₂·R + (1−β̂₂)·meanⱼ(g²) ",
                "i counts rows and j columns",
                "β̂₂ = 0.8415106807538887 at step 10",
                " R | state, kept from step to step | 0 | 4 a row | – | – ",
                " C | state, kept from step to step | 0 | 4 a column | – | – ",
                "the state takes 4 a row and 4 a column.",
                "the state is 8,192 values in 32,768 bytes: 0.00195 bytes per parameter.",
                "── 3 passes over memory, 5 over rows and columns ──",
                " 2 | rows | R Σⱼg² | – | ΣᵢR over each matrix | – ",
                " 3 | columns | C Σᵢg² | 1 / √C | – | – ",
                "nothing is written before pass 6 but arrays of rows and columns",
                "Σⱼg² of each row from pass 1; Σᵢg² of each column from pass 1; 1 / √C of each column from pass 3;",
                " columns | columns | 4096.0 | 4096.0 | 0x45800000 ",
                " scale | max(meanᵢ(R), ε₁) | after pass 2, by matrix | ",
                " rowFactor | 1 / √(R / max(meanᵢ(R), | after pass 4, by row | ",
                " rate | α/max(1, RMS(u)/d) | after pass 5, by tensor | ");
        out.getBuffer().setLength(0);
        shows(
                "adafactor --shape 512",
                "Shown for a tensor of 512 elements; the rule's program differs by shape",
                "v ← β̂₂·v + (1−β̂₂)·g² ",
                "Of a tensor of 512 elements the state is 512 values in 2,048 bytes: 4 bytes per parameter.");
        out.getBuffer().setLength(0);
        shows(
                "adam --shape 16x3x64",
                "Of a 16 × 3 × 64 tensor the state is 6,144 values in 24,576 bytes: 8 bytes per parameter.");
        assertFalse(out.toString().contains("Shown for"), out::toString);
    }

    @Test
    void statesOfATensorAreTwoNumbers() {
        shows(
                "schedule-free-adamw",
                " W | state, kept from step to step | 0 | 8 a tensor | – | – ",
                "A step moves 28 bytes per parameter; the state takes 8 and 16 a tensor. ",
                " c | W > 0 ? t^r·η̂^p/W : 0 | from the state, by tensor | ");
        assertFalse(out.toString().contains("Shown for"), out::toString);
    }

    @Test
    void showsWhatIsDoneBesideTheStep() {
        shows(
                "schedule-free-sgd",
                "── Optimizer.eval() ──",
                "θ ← t > 0 ? θ + (1−1/β)·(z − θ) : θ ",
                "Moves 16 bytes per parameter, 4 of them to keep the trained θ");
        out.getBuffer().setLength(0);
        shows(
                "sophia-g",
                "── Optimizer.updateHessian() ──",
                "h ← β₂·h + (1−β₂)·g² ",
                "Moves 12 bytes per parameter; see --program hessian.");
        out.getBuffer().setLength(0);
        shows(
                "sophia-g --program hessian --lanes 8",
                "── Formula of Optimizer.updateHessian() ──",
                "where g is the estimate, β₂ = 0.99",
                "A Hessian update moves 12 bytes per parameter.",
                "final class SophiaGHessianStep {");
        out.getBuffer().setLength(0);
        shows(
                "schedule-free-sgd --program evaluation --lanes 8",
                "── Formula of Optimizer.eval() ──",
                "final class ScheduleFreeSGDEvaluationStep {");
    }

    @ParameterizedTest
    @CsvSource({
        "ema:0.75, 0.25",
        "debiased:0.5, 0.5333333333333333",
        "warmed-up:0.9, 0.48074985676913",
        "counted:0.9, 0.642857142857142",
        "uniform, 0.25"
    })
    void averagesTheWeights(String average, String weight) {
        shows(
                "sgd --step 4 --average " + average,
                " + cₙ·(θ − ",
                "cₙ = " + weight,
                "θ ← t > 0 ? θ̄ : θ ",
                "the state takes 4.");
    }

    @Test
    void leavesSubnormalsAsTheyAreIfTold() {
        assertTrue(explain("adam --source").contains("flush("));
        out.getBuffer().setLength(0);
        assertFalse(explain("adam --source --no-flush").contains("flush("));
    }

    @Test
    void evaluatesScalarsAtAnyStep() {
        shows("adam --step 9223372036854775807", "η/(1−β₁ᵗ) | 0.001 | 0.001 | 0x3a83126f");
    }

    @Test
    void showsNamedScalarsThatNoKernelTakes() {
        shows("radam --step 10", "r = √(");
    }

    @Test
    void aSourceAloneCompiles() {
        new CompiledSources(Map.of("LionStep", explain("lion --source --lanes 4")));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16})
    void disassemblesTheEmittedClass(int lanes) {
        shows(
                "adamw --bytecode --lanes " + lanes,
                "class lanewise.simd.VectorKernel: ",
                "HotSpot compiles no method over 8,000",
                "jdk/incubator/vector/FloatVector.SPECIES_" + lanes * Float.SIZE);
    }

    @Test
    void disassemblesEveryPassAndTheScalarLoop() {
        shows(
                "lamb --bytecode --lanes 8 --clip-norm 1",
                "Bytecode of pass 1 as emitted",
                "Bytecode of pass 2",
                "Bytecode of pass 3");
        out.getBuffer().setLength(0);
        shows(
                "sgd --bytecode --backend scalar",
                "class lanewise.kernel.ScalarLoop: ",
                "fmul",
                "thetaChunk[i] = newTheta;");
    }

    @ParameterizedTest
    @ValueSource(strings = {"adamw", "adafactor --shape 16x3x64 --average ema:0.9 --accumulate 2"})
    void sectionsFitAPage(String line) {
        List<String> lines = explain(line + " --lanes 8")
                .lines()
                .takeWhile(each -> !each.contains("Kernel as Java"))
                .toList();
        assertTrue(lines.size() > 30);
        lines.forEach(each -> assertTrue(each.replaceAll("\\p{M}", "").length() <= 100, each));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            adamww                          | there is no rule adamww; did you mean adamw? There are sgd, momentum,
            sdg                             | there is no rule sdg; did you mean sgd?
            adamw --set beta=0.9            | AdamW has no component beta to set; there are beta1, a number
            adamw --set beta1               | --set takes name=value, got beta1; there are beta1, a number (double);
            adamw --set beta1=x             | beta1 must be a number (double), got x
            adamw --set beta1=1             | beta1 must be in [0, 1), got 1.0
            adamw --set amsgrad=yes         | amsgrad must be true or false, got yes
            lars --set sgd=1                | sgd can't be set as a whole; there are sgd.momentum, a number (double)
            lars --set sgd.mu=1             | Lars has no component sgd.mu to set; there are sgd.momentum
            lars --set sgd.momentum=2       | momentum must be in [0, 1), got 2.0
            sgd --set momentum=0 --set momentum=1 | momentum must be set once, got a second value
            adamw --decay elsewhere         | --decay must be coupled, decoupled or in-rule, got elsewhere
            adam --decay coupled            | --decay coupled does nothing at rate 0; name one, such as
            adamw --decay in-rule           | AdamW has no λ in its own formula; weights decay with --decay coupled
            adamw --weight-decay -1         | --weight-decay must be finite and at least 0, got -1.0
            adamw --learning-rate NaN       | --learning-rate must be finite and at least 0, got NaN
            adamw --clip-norm 0             | --clip-norm must be finite and above 0, got 0.0
            adamw --clip-value -1           | --clip-value must be finite and above 0, got -1.0
            adamw --accumulate 0            | --accumulate must be at least 1, got 0
            adamw --step 0                  | --step must be at least 1, got 0
            adamw --lanes 5                 | --lanes must be 4, 8 or 16, got 5
            adamw --lanes 8 --backend scalar | --lanes is for the simd backend, got --backend scalar too
            adamw --backend gpu             | --backend must be simd or scalar, got gpu
            adafactor --shape 4096,4096     | --shape must be lengths of axes, each at least 1, such as 4096x4096
            adafactor --shape 0x4           | --shape must be lengths of axes, each at least 1, such as 4096x4096
            adam --average ema              | --average must be ema, debiased, warmed-up or counted with a decay
            adam --average uniform:0.9      | --average must be ema, debiased, warmed-up or counted with a decay
            adam --average ema:x            | --average must be ema, debiased, warmed-up or counted with a decay
            adam --average ema:1            | --average must be in [0, 1), got 1.0
            schedule-free-sgd --average uniform | a rule that evaluates with weights of its own must have no average
            adam --program hessian          | Adam has no use for an estimate of the Hessian; --program hessian is for
            adam --program evaluation       | Adam evaluates with the weights that it trains; --program evaluation is
            adam --program eval             | --program must be step, hessian or evaluation, got eval
            --step 1                        | a rule is missing; there are sgd, momentum,
            """)
    void aWrongInputGivesASentenceAndExitCode2(String line, String expected) {
        int code = new CommandLine(new ExplainCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.split(" ", -1));
        assertEquals(2, code);
        assertTrue(err.toString().startsWith(expected), err::toString);
        assertEquals("", out.toString());
    }
}
