package lanewise.dtype;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import lanewise.program.Program;
import lanewise.program.Slot;

/** Precisions that slots are kept in, every storage in one of them at least. */
public enum Mixes {
    BF16_GRADIENT_AND_COPY(Storage.BFLOAT16_OF_MASTER, Storage.BFLOAT16, Storage.FLOAT32),
    BF16_GRADIENT_AND_STATE(Storage.FLOAT32, Storage.BFLOAT16, Storage.BFLOAT16),
    BF16_WITH_REST(Storage.BFLOAT16_WITH_REST, Storage.BFLOAT16, Storage.BFLOAT16),
    BF16_STOCHASTIC(Storage.BFLOAT16_STOCHASTIC, Storage.BFLOAT16, Storage.BFLOAT16),
    BF16_ALONE(Storage.BFLOAT16, Storage.BFLOAT16, Storage.FLOAT16),
    FP16_OF_MASTER(Storage.FLOAT16_OF_MASTER, Storage.FLOAT16, Storage.FLOAT32),
    FP16_ALONE(Storage.FLOAT16, Storage.FLOAT32, Storage.FLOAT16),
    EIGHT_BITS(Storage.FLOAT32, Storage.BFLOAT16, Storage.BLOCK8),
    EIGHT_BITS_AND_REST(Storage.BFLOAT16_WITH_REST, Storage.FLOAT16, Storage.BLOCK8);

    private final Storage parameter;
    private final Storage gradient;
    private final Storage state;

    Mixes(Storage parameter, Storage gradient, Storage state) {
        this.parameter = parameter;
        this.gradient = gradient;
        this.state = state;
    }

    /** How a program's slots are kept. */
    public Function<Slot, Storage> of(Program program) {
        Set<Slot> nonNegative = Program.nonNegativeStates(java.util.List.of(program));
        return slot -> switch (slot.role()) {
            case PARAMETER -> parameter;
            case GRADIENT -> gradient;
            case STATE -> state == Storage.BLOCK8 && nonNegative.contains(slot) ? Storage.UNSIGNED_BLOCK8 : state;
            case SCRATCH -> Storage.FLOAT32;
        };
    }

    /** Those programs that can be kept so, of these. */
    public Map<String, Program> possible(Map<String, Program> programs) {
        Map<String, Program> possible = new LinkedHashMap<>(programs);
        possible.values().removeIf(program -> state == Storage.BLOCK8 && program.isByRows());
        return possible;
    }
}
