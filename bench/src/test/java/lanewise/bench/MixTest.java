package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MixTest {
    private static final int BLOCKS = 4;

    /** An optimizer and what verify tries must not have different ideas of a mix. */
    @ParameterizedTest
    @EnumSource(Mix.class)
    void storagesTakeWhatTheOptimizerCounts(Mix mix) {
        long elements = (long) BLOCKS * DType.BLOCK;
        for (RuleCatalog.Entry entry : RuleCatalog.all()) {
            Rule form = entry.defaults().get().forShape(Shape.of(elements));
            Program program = form.program();
            Function<Slot, Storage> storages = mix.storages(form);
            long bytes = Stream.concat(Stream.of(Slot.PARAMETER, Slot.GRADIENT), program.states().stream())
                    .mapToLong(slot -> slot.extent().isScalar()
                            ? DType.FLOAT64.bytes()
                            : storages.apply(slot).planes().stream()
                                    .mapToLong(plane ->
                                            plane.bytes(Shape.of(elements).values(slot.extent())))
                                    .sum())
                    .sum();
            assertEquals(mix.footprint(form, List.of(new long[] {elements})).total(), bytes, entry.name());
            assertEquals(Optional.empty(), mix.objection(form), entry.name());
        }
    }

    @ParameterizedTest
    @EnumSource(Mix.class)
    void optionsNameIt(Mix mix) {
        assertEquals(mix, Mix.of(" " + mix.key().toUpperCase(Locale.ROOT)));
        assertEquals(
                "there is no mix of precisions fp4; there are " + Mix.keys(),
                assertThrows(IllegalArgumentException.class, () -> Mix.of("fp4"))
                        .getMessage());
    }
}
