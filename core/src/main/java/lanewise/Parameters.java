package lanewise;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;

/**
 * The named tensors of a model, in the order in which they are added. Each is allocated here, or
 * wraps memory that the caller owns; nothing is copied.
 *
 * <p>Not for use by several threads at once. Closing frees what was allocated here; close the
 * optimizers first.
 */
public final class Parameters implements AutoCloseable {

    private static final int MOST_NAMES_IN_A_MESSAGE = 8;

    private final Arena arena = Arena.ofShared();
    private final MemoryMap memory = new MemoryMap();
    private final Map<String, Parameter> byName = new LinkedHashMap<>();

    /** No parameters yet. */
    public Parameters() {}

    /**
     * Adds a parameter whose value and gradient are allocated here, as zeros.
     *
     * @param name a name not yet used
     * @param shape lengths of the axes
     * @return the parameter
     * @throws IllegalArgumentException if the name is taken or the shape is impossible
     */
    public Parameter add(String name, long... shape) {
        return add(name, DType.FLOAT32, shape);
    }

    /**
     * Adds a parameter whose value and gradient are allocated here, as zeros of 16 bits or of 32.
     *
     * @param name a name not yet used
     * @param dtype fp32, bf16 or fp16
     * @param shape lengths of the axes
     * @return the parameter
     * @throws IllegalArgumentException if the name is taken, or the shape or the dtype is impossible
     */
    public Parameter add(String name, DType dtype, long... shape) {
        requireFree(name);
        Parameter.requireDType("the value", name, dtype);
        Tensor value = Tensor.allocateTogether(arena, dtype, 0, Collections.singletonList(shape))
                .getFirst();
        return add(name, value);
    }

    /**
     * Adds a parameter over the caller's memory, with a gradient of the same dtype that is allocated here.
     *
     * @param name a name not yet used
     * @param value the weights
     * @return the parameter
     * @throws IllegalArgumentException if the name is taken, or the memory belongs to one thread, is
     *     read-only or overlaps another tensor
     * @throws IllegalStateException if the memory is closed
     */
    public Parameter add(String name, Tensor value) {
        requireFree(name);
        Parameter.requireDType("the value", name, value.dtype());
        Tensor gradient = Tensor.allocateTogether(arena, value.dtype(), 1, Collections.singletonList(value.shape()))
                .getFirst();
        return add(name, value, gradient);
    }

    /**
     * Adds a parameter whose value and gradient lie in the caller's memory.
     *
     * @param name a name not yet used
     * @param value the weights
     * @param gradient of the same shape
     * @return the parameter
     * @throws IllegalArgumentException if the name is taken, the shapes differ, or the memory belongs
     *     to one thread, is read-only or overlaps another tensor
     * @throws IllegalStateException if the memory is closed
     */
    public Parameter add(String name, Tensor value, Tensor gradient) {
        Parameter parameter = register(name, value);
        try {
            return parameter.setGradient(gradient);
        } catch (RuntimeException e) {
            byName.remove(name);
            memory.remove(value.segment());
            throw e;
        }
    }

    private Parameter register(String name, Tensor value) {
        requireFree(name);
        Parameter parameter = new Parameter(name, value, memory);
        byName.put(name, parameter);
        return parameter;
    }

    private void requireFree(String name) {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("the parameters must be open, but they were closed; make others");
        }
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a parameter must not be blank, got \"" + name + "\"");
        }
        if (byName.containsKey(name)) {
            throw new IllegalArgumentException("the name of a parameter must be unique, got " + name + " twice");
        }
    }

    /**
     * The parameter of a name.
     *
     * @param name its name
     * @return the parameter
     * @throws IllegalArgumentException if there is none
     */
    public Parameter get(String name) {
        Parameter parameter = byName.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException("there is no parameter " + name + "; there are " + names());
        }
        return parameter;
    }

    /**
     * All parameters in the order in which they were added.
     *
     * @return a view
     */
    public Collection<Parameter> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    /**
     * How many there are.
     *
     * @return at least 0
     */
    public int size() {
        return byName.size();
    }

    /** The first few names, for messages. */
    String names() {
        if (byName.isEmpty()) {
            return "none";
        }
        String names = String.join(
                ", ", byName.keySet().stream().limit(MOST_NAMES_IN_A_MESSAGE).toList());
        int more = byName.size() - MOST_NAMES_IN_A_MESSAGE;
        return more > 0 ? names + " and " + more + " more" : names;
    }

    /**
     * A choice of parameters by their names.
     *
     * @param globs patterns in which {@code *} stands for any characters and {@code ?} for one, such
     *     as {@code *.bias}
     * @return a predicate that holds for a name that one of the patterns matches
     */
    public static Predicate<String> named(String... globs) {
        return Arrays.stream(globs)
                .map(glob -> glob.chars()
                        .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
                        .reduce("", String::concat))
                .map(Pattern::compile)
                .map(Pattern::asMatchPredicate)
                .reduce(_ -> false, Predicate::or);
    }

    /** Frees the memory that was allocated here. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
