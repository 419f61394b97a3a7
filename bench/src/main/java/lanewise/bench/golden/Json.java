package lanewise.bench.golden;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * A value in a golden file, and where it stands, so that a complaint can name the place.
 *
 * <p>Numbers are JSON doubles in their shortest form, or hex strings of big-endian IEEE bits: {@link #floats}, {@link
 * #doubles}.
 *
 * @param path such as {@code params_f64[3][0]}; empty for the whole file
 * @param node the value
 */
record Json(String path, JsonNode node) {

    /** The value of a key that must be there. */
    Json get(String key) {
        return find(key).orElseThrow(() -> new BrokenFile(inFront() + "the file must have the key " + below(key)));
    }

    /** The value of a key; empty if it is not there or null. */
    Optional<Json> find(String key) {
        JsonNode value = node.path(key);
        return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(new Json(below(key), value));
    }

    boolean has(String key) {
        return find(key).isPresent();
    }

    /** The elements of an array, nulls among them. */
    <T> List<T> list(Function<Json, T> read) {
        if (!node.isArray()) {
            throw wrong("an array");
        }
        return IntStream.range(0, node.size())
                .mapToObj(i -> read.apply(new Json(path + "[" + i + "]", node.get(i))))
                .toList();
    }

    /** The elements of an array of a known length. */
    <T> List<T> list(int size, String what, Function<Json, T> read) {
        if (node.isArray() && node.size() != size) {
            throw new BrokenFile(
                    path + " must have " + size + " elements, one for each " + what + ", got " + node.size());
        }
        return list(read);
    }

    boolean isNull() {
        return node.isNull();
    }

    boolean isArray() {
        return node.isArray();
    }

    boolean isNumber() {
        return node.isNumber();
    }

    String text() {
        if (!node.isString()) {
            throw wrong("a string");
        }
        return node.asString();
    }

    /** JSON has no infinity and no NaN: the files say them as strings. */
    double number() {
        if (node.isNumber()) {
            return node.asDouble();
        }
        return switch (node.isString() ? node.asString() : "") {
            case "Infinity", "inf" -> Double.POSITIVE_INFINITY;
            case "-Infinity", "-inf" -> Double.NEGATIVE_INFINITY;
            case "NaN", "nan" -> Double.NaN;
            default -> throw wrong("a number");
        };
    }

    long whole() {
        double number = number();
        if (number != Math.rint(number) || Math.abs(number) > 0x1p53) {
            throw wrong("a whole number");
        }
        return (long) number;
    }

    /** A string of 8 hex digits for each float32. */
    float[] floats(int count) {
        String hex = hex(count, 8);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = Float.intBitsToFloat(Integer.parseUnsignedInt(hex, 8 * i, 8 * i + 8, 16));
        }
        return values;
    }

    /** A string of 16 hex digits for each float64. */
    double[] doubles(int count) {
        String hex = hex(count, 16);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = Double.longBitsToDouble(Long.parseUnsignedLong(hex, 16 * i, 16 * i + 16, 16));
        }
        return values;
    }

    private String hex(int count, int digits) {
        String hex = text();
        if (hex.length() != count * digits) {
            throw new BrokenFile(path + " must have " + digits + " hex digits for each of " + count
                    + " elements, that is " + count * digits + ", got " + hex.length());
        }
        for (int i = 0; i < hex.length(); i++) {
            if (Character.digit(hex.charAt(i), 16) < 0 || hex.charAt(i) > 'f') {
                throw new BrokenFile(path + " must be hex digits, got '" + hex.charAt(i) + "' at " + i);
            }
        }
        return hex;
    }

    BrokenFile wrong(String allowed) {
        String text = node.toString();
        return new BrokenFile((path.isEmpty() ? "the file" : path) + " must be " + allowed + ", got "
                + (text.length() > 60 ? text.substring(0, 60) + "…" : text));
    }

    private String below(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String inFront() {
        return node.isObject() ? "" : (path.isEmpty() ? "the file" : path) + " is no object; ";
    }
}
