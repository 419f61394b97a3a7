package lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanewise.rule.AdamW;
import lanewise.rule.Lars;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleCatalogTest {
    @Test
    void namesDifferAndFindTheirRules() {
        assertEquals(
                RuleCatalog.all().size(),
                RuleCatalog.all().stream()
                        .map(RuleCatalog.Entry::key)
                        .distinct()
                        .count());
        for (RuleCatalog.Entry entry : RuleCatalog.all()) {
            assertSame(entry, RuleCatalog.of(entry.name()));
            assertSame(entry, RuleCatalog.of(entry.key()));
            assertTrue(entry.defaults().get() instanceof Record, entry.name());
        }
    }

    @ParameterizedTest
    @CsvSource({"adamv,adamw", "rms,rmsprop", "nesterow,nesterov", "lamp,lamb", "sofia-g,sophia-g"})
    void aWrongNameIsMetWithTheNearest(String name, String nearest) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, () -> RuleCatalog.of(name));
        assertEquals(
                "there is no rule " + name + "; did you mean " + nearest + "? There are " + RuleCatalog.keys(),
                error.getMessage());
    }

    @Test
    void settingsChangeARuleAndTheRuleInIt() {
        assertEquals(
                new AdamW().betas(0.5, 0.999).amsgrad(true),
                RuleSettings.with(new AdamW(), List.of("beta1=0.5", "amsgrad=true")));
        assertEquals(
                new Lars().sgd(new Sgd().momentum(0.9).nesterov(true)).epsilon(1),
                RuleSettings.with(new Lars(), List.of("epsilon=1", "sgd.nesterov=true")));
    }

    @Test
    void everyRuleCanBeMadeAgainFromItsOwnSettings() {
        for (RuleCatalog.Entry entry : RuleCatalog.all()) {
            Rule rule = entry.defaults().get();
            assertEquals(
                    rule, RuleSettings.with(rule, List.of(RuleSettings.of(rule).split(", ", -1))), entry.name());
        }
    }
}
