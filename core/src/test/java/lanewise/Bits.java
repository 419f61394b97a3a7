package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import lanewise.buffer.Tensor;
import lanewise.program.Extras;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import lanewise.rule.Rules;

/** All that an optimizer may change, weights and states, as raw bits. */
record Bits(Map<String, int[]> byName) {

    private static final Set<String> SYMBOLS = symbols();

    private static Set<String> symbols() {
        Set<String> symbols = new LinkedHashSet<>();
        for (Rule rule : Rules.all().values()) {
            rule.program().states().stream().map(Slot::symbol).forEach(symbols::add);
        }
        symbols.add(Extras.ACCUMULATED.symbol());
        return symbols;
    }

    /** The weights and states as they are now. */
    static Bits of(Parameters parameters, Optimizer optimizer) {
        Map<String, int[]> bits = new LinkedHashMap<>(ofWeights(parameters).byName);
        for (Parameter parameter : parameters.all()) {
            for (String symbol : SYMBOLS) {
                Tensor state;
                try {
                    state = optimizer.state(parameter.name(), symbol);
                } catch (IllegalArgumentException e) {
                    continue;
                }
                bits.put(symbol + " of " + parameter.name(), raw(state));
            }
        }
        return new Bits(bits);
    }

    /** The weights as they are now. */
    static Bits ofWeights(Parameters parameters) {
        Map<String, int[]> bits = new LinkedHashMap<>();
        parameters.all().forEach(parameter -> bits.put(parameter.name(), raw(parameter.value())));
        return new Bits(bits);
    }

    /** Those of one parameter. */
    Bits of(String parameter) {
        Map<String, int[]> bits = new LinkedHashMap<>(byName);
        bits.keySet().removeIf(name -> !name.equals(parameter) && !name.endsWith(" of " + parameter));
        return new Bits(bits);
    }

    private static int[] raw(Tensor tensor) {
        return tensor.segment().toArray(ValueLayout.JAVA_INT);
    }

    /** Fails at the first bit that differs. */
    static void assertSame(Bits expected, Bits actual) {
        assertEquals(expected.byName.keySet(), actual.byName.keySet(), "what is kept");
        expected.byName.forEach((name, want) -> {
            int[] got = actual.byName.get(name);
            assertEquals(want.length, got.length, name);
            for (int i = 0; i < want.length; i++) {
                if (want[i] != got[i]) {
                    fail(String.format(
                            "%s[%d] is %08x (%s), expected %08x (%s)",
                            name, i, got[i], Float.intBitsToFloat(got[i]), want[i], Float.intBitsToFloat(want[i])));
                }
            }
        });
    }

    /** Whether any bit differs. */
    boolean differsFrom(Bits other) {
        try {
            assertSame(other, this);
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }
}
