package lanewise;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;
import lanewise.program.Slot;

/** How the slots of a tensor are kept. */
final class Storages {

    /** What a parameter of 16 bits lacks. */
    static final Slot MASTER = Slot.state("θ₃₂");

    static final Slot REST = Slot.state("θ₁₆");

    private final Storage parameter;
    private final Storage gradient;
    private final Map<Slot, DType> states = new LinkedHashMap<>();

    /**
     * Decides.
     *
     * @param parameter the dtype of the parameter
     * @param gradient the dtype of its gradient
     * @param remedy for a parameter of 16 bits
     * @param all every state that a program knows
     * @param chosen the dtypes that were asked for, by state
     * @param nonNegative the states that are never below 0
     */
    Storages(
            DType parameter,
            DType gradient,
            Remedy remedy,
            Iterable<Slot> all,
            Map<Slot, DType> chosen,
            Set<Slot> nonNegative) {
        this.parameter = parameter(parameter, remedy);
        this.gradient = Storage.of(gradient);
        for (Slot slot : all) {
            states.put(slot, dtype(slot, chosen.getOrDefault(slot, DType.FLOAT32), nonNegative.contains(slot)));
        }
        if (this.parameter.planes().size() > 1) {
            states.put(companion(), this.parameter.planes().getLast());
        }
    }

    private static DType dtype(Slot slot, DType chosen, boolean nonNegative) {
        return switch (slot.extent()) {
            case ELEMENT -> chosen == DType.BLOCK8 && nonNegative ? DType.UNSIGNED_BLOCK8 : chosen;
            case ROW, COLUMN -> DType.FLOAT32;
            case ALL, TENSOR, MATRIX -> DType.FLOAT64;
        };
    }

    private static Storage parameter(DType dtype, Remedy remedy) {
        if (dtype == DType.FLOAT32) {
            return Storage.FLOAT32;
        }
        if (dtype == DType.FLOAT16 && (remedy == Remedy.REST_BITS || remedy == Remedy.STOCHASTIC_ROUNDING)) {
            throw new IllegalArgumentException(
                    "the remedy " + remedy + " is for parameters in bf16, got one in fp16; use MASTER or NONE");
        }
        return switch (remedy) {
            case MASTER -> dtype == DType.FLOAT16 ? Storage.FLOAT16_OF_MASTER : Storage.BFLOAT16_OF_MASTER;
            case REST_BITS -> Storage.BFLOAT16_WITH_REST;
            case STOCHASTIC_ROUNDING -> Storage.BFLOAT16_STOCHASTIC;
            case NONE -> Storage.of(dtype);
        };
    }

    /** The state that holds the second plane of the parameter. */
    Slot companion() {
        return parameter.planes().getLast() == DType.LOW16 ? REST : MASTER;
    }

    /** All states, and what a parameter of 16 bits has beside it. */
    Map<Slot, DType> states() {
        return states;
    }

    /** The same for weights to evaluate with: nothing adds up in them that chance would have to spare. */
    Storage ofEvaluation(Slot slot) {
        Storage storage = of(slot);
        return storage == Storage.BFLOAT16_STOCHASTIC ? Storage.BFLOAT16 : storage;
    }

    /** How a slot is kept; what is none of the tensor's own, in fp32. */
    Storage of(Slot slot) {
        return switch (slot.role()) {
            case PARAMETER -> parameter;
            case GRADIENT -> gradient;
            case STATE -> Storage.of(states.getOrDefault(slot, DType.FLOAT32));
            case SCRATCH -> Storage.FLOAT32;
        };
    }
}
