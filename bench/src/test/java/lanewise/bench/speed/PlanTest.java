package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void nothingIsMeasuredTwice(int threads) {
        for (List<Session> sessions : List.of(Plan.brief(threads), Plan.full(threads))) {
            List<List<Object>> measured = new ArrayList<>();
            for (Session session : sessions) {
                for (Workload workload : session.workloads()) {
                    session.contestants().forEach(contestant -> measured.add(List.of(workload, contestant)));
                }
            }
            assertFalse(measured.isEmpty());
            assertEquals(new HashSet<>(measured).size(), measured.size());
        }
    }

    @Test
    void eachMixHasFp32BesideIt() {
        for (List<Session> sessions : List.of(Plan.brief(2), Plan.full(2), Plan.mixesOnly(2, false))) {
            for (Session session : sessions) {
                boolean mixed = session.workloads().stream().anyMatch(Measurements::isMixed);
                assertEquals(mixed, session.contestants().contains(Contestant.IN_FP32));
                assertEquals(mixed, session.workloads().stream().allMatch(Measurements::isMixed));
            }
        }
    }

    @Test
    void theMixesAreMeasuredOnAllThreads() {
        assertEquals(Set.of(2), threads(Plan.brief(2)));
        assertEquals(Set.of(1, 2), threads(Plan.mixesOnly(2, false)));
        assertEquals(Set.of(1, 2), threads(Plan.full(2)));
        assertEquals(
                EnumSet.complementOf(EnumSet.of(Mix.FP32)),
                Plan.full(2).stream()
                        .flatMap(session -> session.workloads().stream())
                        .filter(Measurements::isMixed)
                        .map(Workload::mix)
                        .collect(Collectors.toSet()));
    }

    private static Set<Integer> threads(List<Session> sessions) {
        return sessions.stream()
                .flatMap(session -> session.workloads().stream())
                .filter(Measurements::isMixed)
                .map(Workload::threads)
                .collect(Collectors.toSet());
    }

    @Test
    void allOfItHasEachRuleAndEachContestantAndARoofForAll() {
        List<Session> sessions = Plan.full(2);
        Set<String> rules = sessions.stream()
                .flatMap(session -> session.workloads().stream())
                .map(Workload::rule)
                .collect(Collectors.toSet());
        assertEquals(RuleCatalog.all().stream().map(RuleCatalog.Entry::key).collect(Collectors.toSet()), rules);
        Set<Contestant> contestants = sessions.stream()
                .flatMap(session -> session.contestants().stream())
                .collect(Collectors.toSet());
        assertEquals(new HashSet<>(Contestant.all()), contestants);
        assertTrue(Stream.of(sessions, Plan.brief(2))
                .flatMap(List::stream)
                .allMatch(session -> session.contestants().contains(Contestant.ROOF)));
    }
}
