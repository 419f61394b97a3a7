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
                "θ ← (1−ηλ)·θ − η·",
                "clipCoefficient = ",
                "2 passes over memory",
                "over all tensors",
                "known after pass 1",
                "Σg",
                "Each of the 4 micro-batches of a step moves 12 more, for Σg ← Σg + g.");
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

    @Test
    void sectionsFitAPage() {
        List<String> lines = explain("adamw --lanes 8")
                .lines()
                .takeWhile(line -> !line.contains("Kernel as Java"))
                .toList();
        assertTrue(lines.size() > 30);
        lines.forEach(line -> assertTrue(line.length() <= 100, line));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            adamv                           | there is no rule adamv; did you mean adamw? There are sgd, momentum,
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
