package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Stream;
import lanewise.rule.AdamW;
import lanewise.rule.Lion;
import lanewise.rule.Rule;
import lanewise.rule.Rules;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FootprintTest {

    static Stream<String> rules() {
        return Rules.names().stream();
    }

    private static Rule rule(String name) {
        return Rules.all().get(name);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void whatIsForetoldIsWhatIsTaken(String name) {
        try (Model model = Model.small()) {
            Optimizer.Builder builder = model.builder(rule(name));
            Footprint foretold = builder.footprint();
            Footprint ofShapes = Footprint.of(
                    rule(name),
                    model.parameters.all().stream()
                            .map(parameter -> parameter.value().shape())
                            .toList());
            try (Optimizer optimizer = builder.build()) {
                assertEquals(optimizer.footprint(), foretold);
                assertEquals(optimizer.footprint(), ofShapes);
                assertEquals(optimizer.stateBytes(), foretold.stateBytes());
            }
        }
    }

    @Test
    void weightsGradientsAndStateAreCountedInBytes() {
        Footprint footprint = Footprint.of(new AdamW(), List.of(new long[] {3, 5}, new long[] {}, new long[] {0, 7}));
        assertEquals(new Footprint(16, 64, 64, 128), footprint);
        assertEquals(256, footprint.total());
        assertEquals(new Footprint(0, 0, 0, 0), Footprint.of(new AdamW(), List.of()));
        assertEquals(
                4 * 4096L * 4096,
                Footprint.of(new Lion(), List.of(new long[] {4096, 4096})).stateBytes());
    }

    @Test
    void aMissingGradientTakesNothing() {
        try (Model model = new Model().with("a", 10).with("b", 7)) {
            model.get("b").removeGradient();
            Optimizer.Builder builder = model.builder(new Sgd().momentum(0.9));
            assertEquals(new Footprint(17, 68, 40, 68), builder.footprint());
            try (Optimizer optimizer = builder.build()) {
                assertEquals(builder.footprint(), optimizer.footprint());
                model.get("a").removeGradient();
                assertEquals(new Footprint(17, 68, 0, 68), optimizer.footprint());
            }
        }
    }

    @Test
    void groupsAndAccumulationCount() {
        try (Model model = new Model().with("a", 10).with("b", 7)) {
            Optimizer.Builder builder = model.builder(new AdamW())
                    .accumulate(4)
                    .group("b", group -> group.rule(new Sgd()))
                    .group("none", group -> group.rule(new Lion()));
            // m, v and the sum for a; the sum alone for b.
            assertEquals(new Footprint(17, 68, 68, 4 * 10 * 3 + 4 * 7), builder.footprint());
        }
    }

    @Test
    void itCanBeAskedBeforeAnythingIsAllocated() {
        try (Parameters parameters = new Parameters()) {
            parameters.add("layer.weight", 64, 10);
            // @start region="before"
            Footprint footprint = Optimizer.builder(parameters, new AdamW()).footprint();
            String text = footprint.stateBytes() + " of " + footprint.total() + " bytes are state";
            // @end
            assertEquals("5120 of 10240 bytes are state", text);
        }
    }

    @Test
    void whatCannotBeIsRefused() {
        assertRefused(
                "the lengths of a shape must be at least 0, got [3 × -1]",
                () -> Footprint.of(new Sgd(), List.of(new long[] {3, -1})));
        long[] most = {1L << 30, 1L << 30};
        assertRefused(
                "a footprint must be below 2^63 bytes, got 4611686018427387904 and 4611686018427387904 more",
                () -> Footprint.of(new AdamW(), List.of(most)));
        assertRefused(
                "a footprint must be below 2^63 bytes, got 4611686018427387904 and 4611686018427387904 more",
                () -> Footprint.of(new Sgd(), List.of(most)).total());
        assertRefused("stateBytes must be at least 0, got -1", () -> new Footprint(0, 0, 0, -1));
    }

    private static void assertRefused(String message, Executable input) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, input).getMessage());
    }
}
