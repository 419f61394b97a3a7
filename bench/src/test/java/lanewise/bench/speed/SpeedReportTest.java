package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SpeedReportTest {
    private static final List<String> SECTIONS = List.of(
            "AdamW by size",
            "Against others",
            "Widths of vectors, and none",
            "Mixes of precision",
            "Threads",
            "Every rule",
            "Many tensors",
            "Clipping and averaging",
            "Subnormal numbers",
            "Cold start",
            "Machine",
            "Left out");

    private static final Results ALL = new Synthetic(1).everything();

    private static List<String> sections(Results results) {
        return Pattern.compile("<h2>(.*?)</h2>")
                .matcher(SpeedReport.of(results).html())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    private static Results only(Predicate<Measured> steps) {
        return Synthetic.of(ALL.steps().stream().filter(steps).toList());
    }

    @Test
    void everythingThatWasMeasuredHasASection() {
        assertEquals(SECTIONS, sections(ALL));
    }

    @Test
    void nothingElseHasOne() {
        assertEquals(List.of("Machine"), sections(Synthetic.of(List.of())));
        assertEquals(
                List.of("AdamW by size", "Machine"),
                sections(only(step -> step.contestant().equals("lanewise")
                        && Synthetic.SIZES.contains(step.workload())
                        && step.workload().threads() == 1)));
        assertEquals(
                List.of("AdamW by size", "Threads", "Machine"),
                sections(only(step -> step.contestant().equals("roof") && Synthetic.SIZES.contains(step.workload()))));
        assertEquals(
                List.of("Every rule", "Machine"), sections(only(step -> Synthetic.RULES.contains(step.workload()))));
        assertEquals(
                List.of("Many tensors", "Machine"), sections(only(step -> Synthetic.MANY.contains(step.workload()))));
        assertEquals(
                List.of("Mixes of precision", "Machine"),
                sections(only(step -> Synthetic.MIXES.contains(step.workload()))));
        // Vanishing gradients say nothing without ordinary ones beside them.
        assertEquals(
                List.of("Clipping and averaging", "Machine"),
                sections(only(step -> Synthetic.SPECIAL.contains(step.workload()))));
    }

    @Test
    void anyPartOfARunHasAReport() {
        Synthetic.contestants()
                .forEach(contestant ->
                        SpeedReport.of(only(step -> step.contestant().equals(contestant))));
        ALL.steps().stream()
                .map(Measured::workload)
                .distinct()
                .forEach(workload -> SpeedReport.of(only(step -> step.workload().equals(workload))));
        SpeedReport.of(Synthetic.of(new Synthetic(1).measured(Synthetic.SIZES, Synthetic.contestants(), 1)));
    }

    @Test
    void coldStartsAndWhoWasLeftOutNeedNoSteps() {
        assertEquals(
                List.of("Cold start", "Machine", "Left out"),
                sections(new Results(
                        ALL.at(), "1", Map.of(), List.of(), List.of(), ALL.coldStarts(), Map.of("djl", "not here"))));
    }

    @Test
    void everyContestantAppears() {
        String html = SpeedReport.of(ALL).html();
        Synthetic.contestants().forEach(key -> assertTrue(html.contains(Wording.title(key)), key));
        assertTrue(html.contains("AdamW has no clipping there"));
    }

    @Test
    void contestantsOfAnotherVersionAreShownByTheirKeys() {
        Results results = Synthetic.of(ALL.steps().stream()
                .map(step -> step.contestant().equals("djl")
                        ? new Measured("stranger", step.workload(), step.nanos())
                        : step)
                .toList());
        assertTrue(SpeedReport.of(results).html().contains("stranger"));
    }

    @Test
    void sentencesAreWhole() {
        Pattern.compile("<figcaption>(.*?)</figcaption>")
                .matcher(SpeedReport.of(ALL).html())
                .results()
                .map(found -> found.group(1))
                .forEach(caption -> {
                    assertTrue(caption.endsWith(".</span>"), caption);
                    for (String wrong : List.of("NaN", "null", "Infinity", "Optional", "  ", "..", " .")) {
                        assertFalse(caption.contains(wrong), caption);
                    }
                });
    }
}
