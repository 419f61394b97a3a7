package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import lanewise.bench.RuleCatalog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineTest {
    private static final List<List<Long>> SHAPES = List.of(List.of(64L, 64L), List.of(7L), List.of(33L, 50L));

    static List<String> rules() {
        return RuleCatalog.all().stream().map(RuleCatalog.Entry::key).toList();
    }

    private static void requireRight(Engine engine, Workload workload) throws Exception {
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> parameters = Answers.parameters(workload, arena);
            try (Engine.Stepper stepper = engine.prepare(workload, parameters, Answers.gradients(workload, arena))) {
                Answers.check(engine, stepper, workload, parameters);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void lanewiseIsRight(int threads) throws Exception {
        Workload workload = Workload.of("adamw", SHAPES, threads);
        requireRight(new LanewiseEngine(), workload);
        requireRight(new LanewiseEngine(), workload.clippedAndAveraged());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theKernelByHandHasTheBitsOfTheEngine(int threads) throws Exception {
        requireRight(new HandWrittenEngine(), Workload.of("adamw", SHAPES, threads));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aPlainLoopInCComputesTheSameRule(String rule) throws Exception {
        Workload workload = Workload.of(rule, SHAPES, 2);
        CEngine engine = new CEngine();
        String unable = engine.unableBecause(workload);
        if (unable == null) {
            requireRight(engine, workload);
        } else {
            assertTrue(unable.contains("gcc") || unable.contains("passes"), unable);
        }
    }

    @Test
    void whatVanishesIsSubnormalOrGone() throws Exception {
        Workload workload = Workload.tensor("adamw", 4096, 1).vanishing();
        try (Arena arena = Arena.ofShared();
                LanewiseEngine.Steps stepper = new LanewiseEngine.Steps(
                        workload, Answers.parameters(workload, arena), Answers.tinyGradients(workload, arena), null)) {
            stepper.step();
            assertTrue(Math.abs(stepper.state("v")) < Float.MIN_NORMAL, "the flush has taken v");
            assertTrue(stepper.state("m") > 0);
        }
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> gradients = Answers.tinyGradients(workload, arena);
            try (LanewiseEngine.Steps stepper =
                    new LanewiseEngine.Steps(workload, Answers.parameters(workload, arena), gradients, null)) {
                Answers.vanish(stepper, gradients);
                assertEquals(0, stepper.state("m"));
                assertEquals(0, stepper.state("v"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aRoofMovesTheBytesOfItsRule(String rule) throws Exception {
        Workload workload = Workload.tensor(rule, 32_768, 2);
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> parameters = Answers.parameters(workload, arena);
            List<MemorySegment> before = Answers.parameters(workload, arena);
            try (Engine.Stepper roof =
                    new RoofEngine().prepare(workload, parameters, Answers.gradients(workload, arena))) {
                roof.step();
            }
            for (long i : new long[] {0, 32_767}) {
                assertTrue(
                        parameters.getFirst().getAtIndex(ValueLayout.JAVA_FLOAT, i)
                                != before.getFirst().getAtIndex(ValueLayout.JAVA_FLOAT, i),
                        "θ[" + i + "] is stored");
            }
        }
    }

    /** Forgets one step, so that the bias corrections are others. */
    private static final class Forgetful implements Engine {
        @Override
        public String name() {
            return "forgetful";
        }

        @Override
        public @Nullable String unableBecause(Workload workload) {
            return workload.threads() == 1 ? null : "it computes on one thread";
        }

        @Override
        public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients)
                throws Exception {
            Stepper stepper = new LanewiseEngine.Steps(workload, parameters, gradients, "scalar");
            stepper.step();
            return stepper;
        }
    }

    @Test
    void aWrongAnswerIsNotTimed() {
        Workload workload = Workload.of("adamw", SHAPES, 1);
        IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> Preparation.of(new Forgetful(), workload));
        String message = refused.getMessage();
        assertNotNull(message);
        assertTrue(message.startsWith("not timed, since it is wrong: after 3 steps value 0 of tensor 0 is "), message);
    }

    @Test
    void whatAnEngineDoesNotComputeIsSaid() {
        Workload workload = Workload.of("adamw", SHAPES, 2);
        assertEquals(
                "it computes on one thread",
                assertThrows(IllegalArgumentException.class, () -> Preparation.of(new Forgetful(), workload))
                        .getMessage());
        assertEquals(
                "only AdamW is written by hand", new HandWrittenEngine().unableBecause(Workload.of("sgd", SHAPES, 1)));
    }
}
