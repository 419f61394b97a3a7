package lanewise.bench.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import lanewise.bench.exhibit.SaddleEscape;
import lanewise.bench.landscape.Descent;
import lanewise.bench.landscape.Landscape;
import lanewise.bench.landscape.Path;
import lanewise.bench.landscape.Sweep;
import lanewise.bench.race.Arena.Standing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the report says of the landscapes is so. */
class ArenaTest {
    private static final long SEED = 1;

    static Stream<Contestant> contestants() {
        return Contestant.ALL.stream().filter(Contestant::onLandscapes);
    }

    private static Sweep sweep(String name, Landscape landscape) {
        Contestant contestant = Contestant.ALL.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        return Sweep.of(Descent.on(landscape, SEED), contestant.rule(), contestant.decay(), Sweep.RATES);
    }

    @Test
    void momentumCrossesTheRavineFarSoonerThanPlainDescentWhichZigZags() {
        Path sgd = sweep("SGD", Landscape.RAVINE).best();
        Path momentum = sweep("Momentum", Landscape.RAVINE).best();
        assertTrue(3 * momentum.arrival().orElseThrow() < sgd.arrival().orElseThrow());
        for (int step = 1; step < 50; step++) {
            assertTrue(sgd.y()[step] * sgd.y()[step - 1] < 0, "no zig-zag at step " + step);
        }
    }

    @Test
    void adamFollowsRosenbrocksValley() {
        Path adam = sweep("Adam", Landscape.ROSENBROCK).best();
        assertTrue(adam.arrival().isPresent());
        for (int step = 100; step <= adam.steps(); step++) {
            double above = adam.y()[step] - adam.x()[step] * adam.x()[step];
            assertEquals(0, above, 0.05, "off the floor at step " + step);
        }
        assertTrue(sweep("SGD", Landscape.ROSENBROCK).best().arrival().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("contestants")
    void allStallAtTheExactSaddle(Contestant contestant) {
        Descent descent = new Descent(Landscape.SADDLE, SaddleEscape.EXACT, 300, SEED);
        Path path = descent.run(
                contestant.rule(), contestant.decay(), contestant.rule().learningRate());
        assertEquals(0, path.end().y());
        assertTrue(path.last() >= 0.25, () -> contestant.name() + " is down at " + path.last());
    }

    @ParameterizedTest
    @MethodSource("contestants")
    void everyoneEscapesFromNearTheSaddle(Contestant contestant) {
        assertTrue(sweep(contestant.name(), Landscape.SADDLE).best().arrival().isPresent());
    }

    @Test
    void adamToleratesRatesWherePlainDescentDiverges() {
        for (Landscape landscape : List.of(Landscape.RAVINE, Landscape.ROSENBROCK)) {
            Sweep sgd = sweep("SGD", landscape);
            Sweep adam = sweep("Adam", landscape);
            assertTrue(100 * width(sgd) < width(adam), () -> landscape + ": " + sgd.good() + " and " + adam.good());
            assertTrue(adam.good().stream().anyMatch(rate -> sgd.at(rate).diverged()));
        }
    }

    private static double width(Sweep sweep) {
        return sweep.good().getLast() / sweep.good().getFirst();
    }

    @Test
    void lowerRatesHaveLowerNoiseFloors() {
        Sweep sgd = sweep("SGD", Landscape.NOISY);
        List<Double> rates = List.of(0.5, 0.1, 0.02, 0.005);
        for (int i = 1; i < rates.size(); i++) {
            double floor = sgd.at(rates.get(i)).meanOfLastQuarter();
            assertTrue(2 * floor < sgd.at(rates.get(i - 1)).meanOfLastQuarter(), "rate " + rates.get(i));
        }
    }

    @Test
    void aRateOfOnesOwnHoldsForAll() throws InterruptedException {
        List<Contestant> two = Contestant.ALL.subList(0, 2);
        List<String> told = new ArrayList<>();
        Arena arena = Arena.run(
                new Descent(Landscape.BOWL, Landscape.BOWL.start(), 100, SEED),
                two,
                OptionalDouble.of(0.03),
                (contestant, landscape) -> told.add(contestant.name() + " " + landscape.key()));
        assertEquals(List.of("SGD bowl", "Momentum bowl"), told);
        for (Standing standing : arena.standings()) {
            assertEquals(0.03, standing.path().rate());
        }
        assertFalse(arena.of("Adam").isPresent());
    }

    @Test
    void onlyWhoNeedsLabelsIsKeptOffTheLandscapes() {
        assertEquals(
                List.of("Sophia-G"),
                Contestant.ALL.stream()
                        .filter(contestant -> !contestant.onLandscapes())
                        .map(Contestant::name)
                        .toList());
    }

    @Test
    void theTreeHasEveryContestantAndItsCosts() {
        FamilyTree tree = new FamilyTree(Contestant.ALL);
        assertEquals(Contestant.ALL.size(), tree.inOrder().size());
        assertTrue(
                tree.figure().sentence().contains("from 12 to 44"),
                tree.figure().sentence());
        for (Contestant contestant : Contestant.ALL) {
            switch (contestant.name()) {
                case "SGD" -> assertCosts(0, 12, contestant);
                case "Adam", "AdamW" -> assertCosts(8, 28, contestant);
                case "AMSGrad" -> assertCosts(12, 36, contestant);
                case "LAMB" -> assertCosts(8, 44, contestant);
                case "Adafactor" -> assertCosts(2 * 4096 * 4 / (4096.0 * 4096), 24, contestant);
                case "Sophia-G", "Sophia-H" -> assertCosts(8, 24, contestant);
                // And two doubles for the whole tensor.
                case "Schedule-Free SGD" -> assertCosts(4 + 16 / (4096.0 * 4096), 20, contestant);
                case "Schedule-Free AdamW" -> assertCosts(8 + 16 / (4096.0 * 4096), 28, contestant);
                default -> assertTrue(FamilyTree.bytesMoved(contestant) >= 12);
            }
        }
    }

    @Test
    void theTablesOfTheTreeTellWhatOneTensorKeepsAndWhatHappensBetweenSteps() {
        String table = FamilyTree.table().text(new FamilyTree(Contestant.ALL).inOrder());
        assertTrue(table.contains("R, C (per row, column)"), table);
        assertTrue(table.contains(" 0.002 "), table);
        assertTrue(table.contains("v, z, η̂, W (per tensor)"), table);
        assertTrue(table.contains("updateHessian()  h ← β₂·h + (1−β₂)·g²"), table);
        assertTrue(table.contains("eval()  θ ← "), table);
    }

    private static void assertCosts(double kept, long moved, Contestant contestant) {
        assertEquals(kept, FamilyTree.stateBytes(contestant), contestant.name());
        assertEquals(moved, FamilyTree.bytesMoved(contestant), contestant.name());
    }
}
