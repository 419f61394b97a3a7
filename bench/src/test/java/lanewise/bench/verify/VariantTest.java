package lanewise.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import org.junit.jupiter.api.Test;

class VariantTest {

    private static List<String> settings(String rule, boolean combined) {
        return Variant.all(RuleCatalog.of(rule), combined).stream()
                .map(variant -> String.join(" ", variant.settings()))
                .toList();
    }

    @Test
    void findsTheOptionsThatChangeWhatIsComputed() {
        assertEquals(List.of("", "amsgrad=true", "epsilonHat=true"), settings("adam", false));
        assertEquals(List.of("", "momentum=0.5", "centered=true", "epsilonInRoot=true"), settings("rmsprop", false));
        assertEquals(List.of(""), settings("lion", false));
    }

    @Test
    void combinesThem() {
        assertEquals(
                List.of("", "amsgrad=true", "epsilonHat=true", "amsgrad=true epsilonHat=true"), settings("adam", true));
        assertTrue(settings("rmsprop", true)
                .contains("momentum=0.5 centered=true epsilonInRoot=true rateInVelocity=true"));
    }

    @Test
    void reachesIntoTheRuleWithinARule() {
        assertTrue(settings("lars", false).contains("sgd.nesterov=true"));
    }

    @Test
    void everyRuleHasItsDefaultsFirst() {
        RuleCatalog.all()
                .forEach(entry -> assertEquals(
                        entry.defaults().get(),
                        Variant.all(entry, false).getFirst().rule(),
                        entry.name()));
    }

    @Test
    void programsOfMatricesOfHessiansAndOfEvaluationAreCasesToo() {
        assertEquals(List.of("step", "step of matrices"), parts("adafactor"));
        assertEquals(List.of("step", "Hessian"), parts("sophia-g"));
        assertEquals(List.of("step", "evaluation"), parts("schedule-free-adamw"));
    }

    private static List<String> parts(String rule) {
        return Case.of(Variant.of(RuleCatalog.of(rule), List.of()), Case.ALONE, Mix.FP32).stream()
                .map(Case::part)
                .collect(Collectors.toList());
    }
}
