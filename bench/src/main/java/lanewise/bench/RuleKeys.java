package lanewise.bench;

import java.util.Iterator;

/** The names of all rules, for help and completion. */
public final class RuleKeys implements Iterable<String> {
    /** Made by picocli. */
    public RuleKeys() {}

    @Override
    public Iterator<String> iterator() {
        return RuleCatalog.all().stream().map(RuleCatalog.Entry::key).iterator();
    }
}
