package lanewise.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import lanewise.bench.RuleCatalog;
import lanewise.bench.verify.Verification.Plan;
import lanewise.conformance.Trial;
import lanewise.kernel.Backend;
import lanewise.kernel.Backends;
import lanewise.kernel.ScalarBackend;
import org.junit.jupiter.api.Test;

/** The proof is put to proof: a backend with a fault is not passed. */
class VerificationTest {

    private static Engine engine(Backend backend, boolean warm) {
        return new Engine(new Backends.Choice(backend, 8, "for a test", false), 2, warm);
    }

    private static Findings verify(Engine engine, AtomicInteger steps) throws InterruptedException {
        RuleCatalog.Entry adam = RuleCatalog.of("adam");
        Variant variant = Variant.of(adam, List.of("amsgrad=true"));
        Plan plan = new Plan(adam, List.of(variant), Case.of(variant, "clipped-by-norm"));
        return new Verification(
                        List.of(engine), 7, Trial.Size.SMALL, _ -> true, (subject, _, seed) -> subject.extras() + seed)
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
}
