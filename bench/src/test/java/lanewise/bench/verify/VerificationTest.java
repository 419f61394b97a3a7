package lanewise.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import lanewise.bench.verify.Verification.Plan;
import lanewise.conformance.Trial;
import lanewise.dtype.DType;
import lanewise.kernel.Backend;
import lanewise.kernel.Backends;
import lanewise.kernel.ScalarBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proof is put to proof: a backend with a fault is not passed. */
class VerificationTest {

    private static Engine engine(Backend backend, boolean warm) {
        return new Engine(new Backends.Choice(backend, 8, "for a test", false), 2, warm);
    }

    private static Findings verify(Engine engine, AtomicInteger steps) throws InterruptedException {
        RuleCatalog.Entry adam = RuleCatalog.of("adam");
        Variant variant = Variant.of(adam, List.of("amsgrad=true"));
        Plan plan =
                new Plan(adam, Mix.FP32, List.of(variant), Case.of(variant, "clipped-by-norm", Mix.FP32), List.of());
        return new Verification(
                        List.of(engine),
                        7,
                        _ -> Trial.Size.SMALL,
                        _ -> true,
                        (subject, _, seed) -> subject.extras() + seed)
                .run(List.of(plan), _ -> steps.incrementAndGet());
    }

    @Test
    void aFaultIsFoundAndSaidHowToSeeAgain() throws InterruptedException {
        AtomicInteger steps = new AtomicInteger();
        Engine engine = engine(new PlantedBackend("faulty", "at one length"), false);
        Findings findings = verify(engine, steps);
        assertFalse(findings.passed());
        assertEquals(2, steps.get(), "of the progress bar");
        List<String> lines = findings.problems();
        assertEquals("Adam, amsgrad=true (step, clipped-by-norm) on faulty, 2 threads:", lines.get(1));
        assertTrue(
                lines.get(2)
                        .matches("  \\S+\\[0] of a tensor of 1x1x131 at step 1 is [0-9a-f]{8} \\(.*\\), the oracle says"
                                + " [0-9a-f]{8} \\(.*\\)"),
                lines.get(2));
        assertEquals("  to see it again: clipped-by-norm7", lines.get(3));
        assertTrue(findings.verdict().contains("1 FAILED"), findings::verdict);
        assertTrue(Findings.table().text(findings.results()).contains("1 WRONG"));
    }

    @Test
    void theSelfTestsVerdictIsSaidToo() throws InterruptedException {
        Engine engine = engine(new PlantedBackend("faulty-too", "everywhere"), true);
        List<String> lines = verify(engine, new AtomicInteger()).problems();
        assertTrue(
                lines.getLast()
                        .startsWith("The self-test gave the vector backend up: a kernel had other bits than the scalar"
                                + " one before it was compiled: "),
                lines::toString);
    }

    @Test
    void aSoundBackendPasses() throws InterruptedException {
        Engine engine = engine(new ScalarBackend(), true);
        Findings findings = verify(engine, new AtomicInteger());
        assertEquals(List.of(), findings.problems());
        assertTrue(findings.passed());
    }

    /** Lion alone, small, in one mix. */
    private static Findings verify(Engine engine, Mix mix) throws InterruptedException {
        RuleCatalog.Entry lion = RuleCatalog.of("lion");
        Plan plan = new Plan(lion, mix, List.of(), Case.of(Variant.of(lion, List.of()), Case.ALONE, mix), List.of());
        return new Verification(
                        List.of(engine),
                        7,
                        _ -> Trial.Size.SMALL,
                        _ -> false,
                        (subject, _, _) -> "--mix " + subject.mix().key())
                .run(List.of(plan), _ -> {});
    }

    @ParameterizedTest
    @EnumSource(Mix.class)
    void aNumberThatIsRoundedWronglyIsFoundInEachMixThatHasIt(Mix mix) throws InterruptedException {
        Findings findings = verify(engine(new PlantedBackend("rounding", "in bf16"), false), mix);
        // An 8-bit state, a master and what is in fp16 are not in bf16.
        boolean has = mix.parameter() == DType.BFLOAT16 || mix.state() == DType.BFLOAT16;
        assertEquals(has, !findings.passed(), () -> findings.problems().toString());
        assertEquals(has, Findings.mixTable().text(findings.mixes()).contains("1 WRONG"));
        if (has) {
            assertEquals(
                    "  to see it again: --mix " + mix.key(), findings.problems().getLast());
        }
        assertEquals(List.of(), verify(engine(new ScalarBackend(), false), mix).problems());
    }

    @Test
    void codecsAreHeldAgainstTheirDefinitions() throws InterruptedException {
        Codec.Result sound = Codec.run(List.of(engine(new ScalarBackend(), false)), _ -> "again");
        assertEquals(List.of(), sound.failures());
        assertEquals(Codec.ALL.size(), sound.trials());
        Codec.Result wrong = Codec.run(List.of(engine(new PlantedBackend("rounding", "in bf16"), false)), _ -> "again");
        assertEquals(
                List.of("the codec of bf16, to memory: 0 becomes 1, by definition it is 0"),
                wrong.failures().stream()
                        .map(failure -> failure.subject() + ": " + failure.what())
                        .toList());
    }
}
