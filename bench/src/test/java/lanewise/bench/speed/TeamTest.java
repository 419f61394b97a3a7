package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TeamTest {
    @ParameterizedTest
    @CsvSource({"1, 5", "2, 100", "2, 30000", "3, 30000"})
    void eachElementIsRunOverOnce(int members, int size) {
        long[] ends = {size, 2L * size, 2L * size + 1};
        AtomicIntegerArray runs = new AtomicIntegerArray((int) ends[2]);
        try (Team team = new Team(members)) {
            for (int round = 1; round <= 200; round++) {
                team.run(ends, (_, range, from, to) -> {
                    for (long i = from; i < to; i++) {
                        runs.incrementAndGet((int) ((range == 0 ? 0 : ends[range - 1]) + i));
                    }
                });
                for (int i = 0; i < runs.length(); i += 97) {
                    assertEquals(round, runs.get(i));
                }
            }
        }
    }

    @Test
    void smallThingsStayWithTheCaller() {
        AtomicLong members = new AtomicLong();
        try (Team team = new Team(2)) {
            team.run(new long[] {4096}, (member, _, _, _) -> members.addAndGet(member));
        }
        assertEquals(0, members.get());
    }

    @Test
    void whatGoesWrongInAThreadComesOut() {
        try (Team team = new Team(2)) {
            assertThrows(
                    IllegalStateException.class,
                    () -> team.run(new long[] {100_000}, (member, _, _, _) -> {
                        if (member == 1) {
                            throw new ArithmeticException("planted");
                        }
                    }));
        }
    }
}
