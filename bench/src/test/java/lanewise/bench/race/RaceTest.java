package lanewise.bench.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import lanewise.bench.RuleCatalog;
import lanewise.rule.Lars;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RaceTest {
    private static final Training.Settings TWO_EPOCHS = new Training.Settings(2, 32, 1, 1);

    private static final List<Contestant> TWO = Contestant.ALL.stream()
            .filter(contestant -> Set.of("momentum", "adamw").contains(contestant.key()))
            .toList();

    @Test
    void bothBackendsEndWithTheSameBits() throws InterruptedException {
        AtomicInteger epochs = new AtomicInteger();
        Race race = new Race(TWO_EPOCHS, Digits.load().split(), TWO, "simd");
        List<Race.Result> results = race.run((_, _) -> epochs.incrementAndGet());
        assertEquals(8, epochs.get());
        for (Race.Result result : results) {
            assertTrue(result.scalar().isPresent());
            assertEquals(
                    Optional.empty(), result.difference(), result.contestant().name());
            assertEquals(33_738, result.outcome().weightCount());
            assertTrue(result.outcome().accuracies().getLast() > 0.8, "it learned nothing");
            assertEquals(2, result.outcome().losses().size());
            assertTrue(result.outcome().losses().getLast()
                    < result.outcome().losses().getFirst());
            assertTrue(result.outcome().stepNanos() > 0);
        }
        assertEquals(8 * 33_738, results.getLast().outcome().stateBytes());
        assertEquals(28 * 33_738, results.getLast().outcome().bytesMoved());
    }

    static Stream<Contestant> ofKindsOfTheirOwn() {
        return Contestant.ALL.stream()
                .filter(Contestant::onDigits)
                .filter(contestant -> Set.of("adafactor", "sophia-g", "schedule-free-sgd", "schedule-free-adamw")
                        .contains(contestant.key()));
    }

    /** Those that need more than a call of step(): labels drawn, weights to evaluate with, sums of rows and columns. */
    @ParameterizedTest
    @MethodSource("ofKindsOfTheirOwn")
    void theyLearnToReadWithTheSameBitsOnBothBackends(Contestant contestant) throws InterruptedException {
        Training.Settings settings = new Training.Settings(12, 32, 1, 1);
        Race race = new Race(settings, Digits.load().split(), List.of(contestant), "simd");
        Race.Result result = race.run((_, _) -> {}).getFirst();
        assertTrue(result.scalar().isPresent());
        assertEquals(Optional.empty(), result.difference());
        double accuracy = result.outcome().accuracies().getLast();
        assertTrue(accuracy > 0.95, () -> "accuracy " + accuracy);
    }

    @Test
    void anotherSeedEndsElsewhere() throws InterruptedException {
        Training.Settings settings = new Training.Settings(1, 256, 2, 1);
        Training.Settings others = new Training.Settings(1, 256, 3, 1);
        Digits.Split digits = Digits.load().split();
        Training.Outcome a = new Training(settings, digits).run(TWO.getFirst(), "scalar", _ -> {});
        Training.Outcome b = new Training(others, digits).run(TWO.getFirst(), "scalar", _ -> {});
        assertTrue(Race.firstDifference(a.weights(), b.weights()).isPresent());
    }

    @Test
    void aDifferenceIsToldInHex() {
        Map<String, float[]> simd = Map.of("layer1.weight", new float[] {1, 2, -0f});
        Map<String, float[]> scalar = Map.of("layer1.weight", new float[] {1, 2, 0});
        assertEquals(
                Optional.of("layer1.weight[2] is 0x80000000 (-0.0) on simd and 0x00000000 (0.0) on scalar"),
                Race.firstDifference(simd, scalar));
        assertEquals(Optional.empty(), Race.firstDifference(simd, simd));
    }

    @Test
    void everyContestantHasAKeyOfItsOwn() {
        Set<String> keys = new HashSet<>();
        Contestant.ALL.forEach(contestant -> assertTrue(keys.add(contestant.key()), contestant.key()));
        assertEquals(Contestant.ALL.size(), keys.size());
    }

    @Test
    void everyRuleOfTheCatalogTakesPartSomewhere() {
        assertEquals(
                RuleCatalog.all(),
                Contestant.ALL.stream().map(Contestant::entry).toList());
        for (Contestant contestant : Contestant.ALL) {
            assertTrue(contestant.onDigits() || contestant.onLandscapes(), contestant.name());
        }
        assertEquals(
                List.of("Sophia-H"),
                Contestant.ALL.stream()
                        .filter(contestant -> !contestant.onDigits())
                        .map(Contestant::name)
                        .toList());
    }

    @Test
    void whatRacesIsTheCatalogsDefaultUnlessSaid() {
        for (Contestant contestant : Contestant.ALL) {
            Rule catalogs = contestant.entry().defaults().get();
            if (contestant.name().equals("LARS")) {
                assertEquals(new Lars().alwaysAdapt(true), contestant.rule());
            } else {
                assertEquals(catalogs, contestant.rule());
            }
            assertEquals(
                    contestant.name().equals("Sophia-H") ? WeightDecay.decoupled(0) : catalogs.weightDecay(),
                    contestant.decay());
        }
    }
}
