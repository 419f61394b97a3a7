package lanewise.bench.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

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
}
