package lanewise;

import java.util.Objects;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;
import org.jspecify.annotations.Nullable;

/** A named tensor to be optimised, and its gradient. Made by {@link Parameters#add}. */
public final class Parameter {

    private final String name;
    private final Tensor value;
    private final MemoryMap memory;
    private @Nullable Tensor gradient;

    /** Counts the changes of the gradient, so that an optimizer sees that it has to look again. */
    private int gradientVersion;

    Parameter(String name, Tensor value, MemoryMap memory) {
        this.name = name;
        this.value = value;
        this.memory = memory;
        requireDType("the value", name, value.dtype());
        memory.add("the value of " + name, value.segment(), true);
    }

    /**
     * The name, unique among the parameters.
     *
     * @return such as {@code encoder.0.weight}
     */
    public String name() {
        return name;
    }

    /**
     * The weights θ, changed by each step.
     *
     * @return a view of the memory, not a copy
     */
    public Tensor value() {
        return value;
    }

    /**
     * Whether the next step moves this parameter.
     *
     * @return false after {@link #removeGradient}
     */
    public boolean hasGradient() {
        return gradient != null;
    }

    /**
     * The gradient that the caller fills before each step.
     *
     * @return a view of the memory, not a copy
     * @throws IllegalStateException if there is none
     */
    public Tensor gradient() {
        if (gradient == null) {
            throw new IllegalStateException(name + " has no gradient; give it one with setGradient");
        }
        return gradient;
    }

    /**
     * Takes the gradient from other memory from the next step on. No copy.
     *
     * @param gradient of the parameter's shape; may be read-only
     * @return this parameter
     * @throws IllegalArgumentException if the shape differs, the memory belongs to one thread, or it
     *     overlaps another tensor of the parameters
     * @throws IllegalStateException if the memory is closed
     */
    public Parameter setGradient(Tensor gradient) {
        Objects.requireNonNull(gradient, "gradient");
        requireDType("the gradient", name, gradient.dtype());
        if (!gradient.hasShapeOf(value)) {
            throw new IllegalArgumentException(
                    "the gradient of " + name + " must have the shape of its value, " + value + ", got " + gradient);
        }
        Tensor old = this.gradient;
        removeGradient();
        try {
            memory.add("the gradient of " + name, gradient.segment(), false);
        } catch (RuntimeException e) {
            this.gradient = old;
            if (old != null && old.segment().scope().isAlive()) {
                memory.add("the gradient of " + name, old.segment(), false);
            }
            throw e;
        }
        this.gradient = gradient;
        return this;
    }

    static void requireDType(String what, String name, DType dtype) {
        switch (dtype) {
            case FLOAT32, BFLOAT16, FLOAT16 -> {}
            case FLOAT64, LOW16, BLOCK8, UNSIGNED_BLOCK8 ->
                throw new IllegalArgumentException(what + " of " + name + " must be in fp32, bf16 or fp16, got " + dtype
                        + "; allocate it with Tensor.allocate(arena, dtype, shape)");
        }
    }

    /**
     * Leaves this parameter out of the steps until it has a gradient again: no update, no decay, no
     * change of its state, and its own step number stands still.
     *
     * @return this parameter
     */
    public Parameter removeGradient() {
        if (gradient != null) {
            memory.remove(gradient.segment());
            gradient = null;
        }
        gradientVersion++;
        return this;
    }

    @Nullable
    Tensor gradientOrNull() {
        return gradient;
    }

    int gradientVersion() {
        return gradientVersion;
    }

    @Override
    public String toString() {
        return name + ": " + value;
    }
}
