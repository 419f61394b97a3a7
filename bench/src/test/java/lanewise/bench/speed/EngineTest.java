package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
            try (Engine.Stepper stepper = engine.start(workload, parameters, Answers.gradients(workload, arena))) {
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
    @EnumSource
    void lanewiseIsRightInEachMix(Mix mix) throws Exception {
        requireRight(new LanewiseEngine(), Workload.of("adamw", SHAPES, 2).in(mix));
        requireRight(new LanewiseEngine(), Workload.of("lion", SHAPES, 1).in(mix));
        requireRight(
                new LanewiseEngine(), Workload.of("adamw", SHAPES, 1).in(mix).clippedAndAveraged());
    }

    @ParameterizedTest
    @EnumSource
    void aMixIsKeptAsTheOptimizerKeepsIt(Mix mix) {
        for (String rule : List.of("adamw", "lion", "rmsprop", "adafactor")) {
            Workload workload = Workload.of(rule, List.of(List.of(64L, 64L)), 1).in(mix);
            try (Arena arena = Arena.ofShared();
                    LanewiseEngine.Steps steps = new LanewiseEngine.Steps(
                            workload, Answers.parameters(workload, arena), Answers.gradients(workload, arena), null)) {
                steps.step();
                assertEquals(Moved.of(workload).bytes() * 64 * 64, steps.bytesMoved(), rule);
            }
        }
    }

    /** Rounds to the nearest whatever the mix asks for, or does nothing at all. */
    private record Nearest(boolean isExact, boolean idle) implements Engine {
        @Override
        public String name() {
            return "nearest";
        }

        @Override
        public Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
            return idle
                    ? () -> {}
                    : new LanewiseEngine.Steps(workload.in(Mix.PLAIN_BF16), parameters, gradients, "scalar");
        }
    }

    @Test
    void oneWhoRoundsOtherwiseIsRightWithinTheRoundingAndOneWhoDoesNothingIsNot() throws Exception {
        Workload chance = Workload.of("adamw", SHAPES, 1).in(Mix.STOCHASTIC);
        requireRight(new Nearest(false, false), chance);
        assertThrows(IllegalStateException.class, () -> requireRight(new Nearest(true, false), chance));
        assertThrows(IllegalStateException.class, () -> requireRight(new Nearest(false, true), chance));
        assertThrows(
                IllegalStateException.class, () -> requireRight(new Nearest(false, true), chance.in(Mix.FP16_MASTER)));
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

    @ParameterizedTest
    @EnumSource
    void aRoofMovesTheBytesOfItsMix(Mix mix) {
        for (String rule : List.of("adamw", "lion", "lamb")) {
            Workload workload = Workload.tensor(rule, 32_768, 1).in(mix);
            double bytes = 0;
            for (Loops.Body body : Loops.bodies(workload, workload.shapes().getFirst(), true)) {
                int narrowest = body.streams().stream()
                        .mapToInt(stream -> stream.dtype().bytes())
                        .min()
                        .orElseThrow();
                for (int stream = 0; stream < body.streams().size(); stream++) {
                    bytes += (body.code().loads(stream) ? narrowest : 0)
                            + (body.code().stores(stream) ? narrowest : 0);
                }
            }
            assertEquals(Moved.of(workload).bytes(), bytes, rule);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRoofStoresEachElementOfAMix(Mix mix) throws Exception {
        Workload workload = Workload.tensor("adamw", 32_768, 2).in(mix);
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> parameters = Answers.parameters(workload, arena);
            MemorySegment before = Answers.parameters(workload, arena).getFirst();
            MemorySegment after = parameters.getFirst();
            try (Engine.Stepper roof =
                    new RoofEngine().prepare(workload, parameters, Answers.gradients(workload, arena))) {
                roof.step();
            }
            for (long at = 0; at < after.byteSize(); at += Float.BYTES) {
                assertTrue(
                        after.get(ValueLayout.JAVA_INT, at) != before.get(ValueLayout.JAVA_INT, at),
                        "the bytes from " + at + " are stored");
            }
        }
    }

    @Test
    void whatKnowsFp32AloneSaysSo() {
        Workload mixed = Workload.of("adamw", SHAPES, 1).in(Mix.BF16_STATE);
        assertEquals("only fp32 is written by hand", new HandWrittenEngine().unableBecause(mixed));
        assertEquals("the loops in C are of fp32", new CEngine().unableBecause(mixed));
        assertEquals("the loops in C are of fp32", new CRoofEngine().unableBecause(mixed));
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
