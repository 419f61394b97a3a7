package lanewise.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How much each update of an average counts for. */
class AverageTest {

    /** cₙ in a step; 0 where the average is not updated. */
    private static double weight(Average average, long step) {
        Program program = Extras.DEFAULT.average(Optional.of(average)).applyTo(new Sgd().program());
        return program.phases().getLast().scalars().stream()
                .filter(scalar -> Formula.of(scalar).equals("cₙ"))
                .findFirst()
                .orElseThrow()
                .evaluate(new FixedClock(step));
    }

    /** The weights of the updates 1, 2, 3, 4 and 100. */
    static Stream<Arguments> weights() {
        return Stream.of(
                arguments(Average.ema(0.9), List.of(1.0, 0.1, 0.1, 0.1, 0.1)),
                arguments(Average.debiasedEma(0.5), List.of(1.0, 1 / 1.5, 1 / 1.75, 1 / 1.875, 0.5 / (1 - 0x1p-100))),
                arguments(Average.warmedUpEma(0.99, 1, 1), List.of(1.0, 1.0, 1 / 2.0, 1 / 3.0, 1 / 99.0)),
                arguments(Average.warmedUpEma(0.99, 2, 2), List.of(1.0, 1.0, 1 / 2.25, 1 / 4.0, 0.01)),
                arguments(Average.countedEma(0.9), List.of(9 / 11.0, 9 / 12.0, 9 / 13.0, 9 / 14.0, 0.1)),
                arguments(Average.uniform(), List.of(1.0, 1 / 2.0, 1 / 3.0, 1 / 4.0, 0.01)));
    }

    @ParameterizedTest
    @MethodSource("weights")
    void anUpdateCountsForWhatTheLawSays(Average average, List<Double> weights) {
        long[] updates = {1, 2, 3, 4, 100};
        for (int i = 0; i < updates.length; i++) {
            assertEquals(weights.get(i), weight(average, updates[i]), 1e-15, "update " + updates[i]);
        }
    }

    @Test
    void updatesAreCountedFromTheFirstAndNotInTheStepsBetween() {
        Average average = Average.uniform().from(5).every(3);
        assertEquals(
                List.of(0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1 / 2.0, 0.0, 0.0, 1 / 3.0),
                Stream.iterate(1, step -> step + 1)
                        .limit(11)
                        .map(step -> weight(average, step))
                        .toList());
    }

    @Test
    void whatIsEvaluatedBeforeTheFirstUpdateAreTheWeights() {
        assertEquals(
                List.of("θ ← t > 4 ? θ̄ : θ"),
                Formula.of(Average.uniform().from(5).evaluation()));
    }

    /** NaN in the weights would get into the average though its share is 0. */
    @ParameterizedTest
    @MethodSource
    void aStepThatIsNotAveragedLeavesTheAverageAlone(Average average, String expected) {
        Program program = Extras.DEFAULT
                .average(Optional.of(average))
                .applyTo(new Sgd().momentum(0.9).program());
        assertEquals(expected, Formula.of(program).getLast());
    }

    static Stream<Arguments> aStepThatIsNotAveragedLeavesTheAverageAlone() {
        return Stream.of(
                arguments(Average.uniform(), "θ̄ ← θ̄ + cₙ·(θ − θ̄)"),
                arguments(Average.uniform().from(2), "θ̄ ← cₙ > 0 ? θ̄ + cₙ·(θ − θ̄) : θ̄"),
                arguments(Average.uniform().every(2), "θ̄ ← cₙ > 0 ? θ̄ + cₙ·(θ − θ̄) : θ̄"));
    }
}
