package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.buffer.Tensor;

/** All that an optimizer may change, weights and states, as raw bits. */
record Bits(Map<String, int[]> byName) {

    /** The weights and states as they are now. */
    static Bits of(Parameters parameters, Optimizer optimizer) {
        Map<String, int[]> bits = new LinkedHashMap<>(ofWeights(parameters).byName);
        for (Parameter parameter : parameters.all()) {
            String name = parameter.name();
            try {
                optimizer.states(name).forEach((symbol, state) -> bits.put(symbol + " of " + name, raw(state)));
            } catch (IllegalArgumentException e) {
                // Added after the optimizer was built: it has no state.
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
