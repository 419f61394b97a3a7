package lanewise.bench;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.Footprint;
import lanewise.Remedy;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;
import lanewise.program.Average;
import lanewise.program.Extent;
import lanewise.program.Extras;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.Rule;

/**
 * A precision for each of parameters, gradients and states: those that commands try, count and compare. What an optimizer
 * adds to a rule, such as an average of the weights, stays in fp32.
 */
public enum Mix {
    /** All in fp32. */
    FP32("fp32", "fp32", DType.FLOAT32, DType.FLOAT32, Remedy.NONE, DType.FLOAT32),
    /** What frameworks call mixed precision: an fp32 master, and a bf16 copy for the model. */
    MASTER_COPY(
            "fp32 master, bf16 copy",
            "bf16 θ and g, fp32 master",
            DType.BFLOAT16,
            DType.BFLOAT16,
            Remedy.MASTER,
            DType.FLOAT32),
    /** Parameters in fp32, all else in bf16. */
    BF16_STATE("bf16 state", "bf16 g and state", DType.FLOAT32, DType.BFLOAT16, Remedy.NONE, DType.BFLOAT16),
    /** All in bf16, and the bits that parameters lack. */
    REST_BITS(
            "bf16 with rest, bf16 state",
            "bf16 θ, g and state, 16 rest bits",
            DType.BFLOAT16,
            DType.BFLOAT16,
            Remedy.REST_BITS,
            DType.BFLOAT16),
    /** All in bf16, parameters rounded by chance. */
    STOCHASTIC(
            "bf16 by chance, bf16 state",
            "bf16 θ, g and state, rounded by chance",
            DType.BFLOAT16,
            DType.BFLOAT16,
            Remedy.STOCHASTIC_ROUNDING,
            DType.BFLOAT16),
    /** All in bf16, small updates lost. */
    PLAIN_BF16(
            "plain bf16, bf16 state",
            "bf16 θ, g and state",
            DType.BFLOAT16,
            DType.BFLOAT16,
            Remedy.NONE,
            DType.BFLOAT16),
    /** As GPUs before bf16 had it. */
    FP16_MASTER(
            "fp32 master, fp16 copy",
            "fp16 θ and g, fp32 master",
            DType.FLOAT16,
            DType.FLOAT16,
            Remedy.MASTER,
            DType.FLOAT32),
    /** Parameters in fp32, states of 8 bits in blocks. */
    BLOCK8_STATE("8-bit state", "bf16 g, 8-bit state", DType.FLOAT32, DType.BFLOAT16, Remedy.NONE, DType.BLOCK8),
    /** The fewest bytes that lose no bit of a parameter. */
    BLOCK8_REST(
            "bf16 with rest, 8-bit state",
            "bf16 θ and g, 16 rest bits, 8-bit state",
            DType.BFLOAT16,
            DType.BFLOAT16,
            Remedy.REST_BITS,
            DType.BLOCK8);

    private final String title;
    private final String text;
    private final DType parameter;
    private final DType gradient;
    private final Remedy remedy;
    private final DType state;

    Mix(String title, String text, DType parameter, DType gradient, Remedy remedy, DType state) {
        this.title = title;
        this.text = text;
        this.parameter = parameter;
        this.gradient = gradient;
        this.remedy = remedy;
        this.state = state;
    }

    /**
     * A mix by the name that options have for it.
     *
     * @param name its key, in upper or lower case
     * @return the mix
     * @throws IllegalArgumentException if there is none; names those that there are
     */
    public static Mix of(String name) {
        return Arrays.stream(values())
                .filter(mix -> mix.key().equals(name.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no mix of precisions " + name.strip() + "; there are " + keys()));
    }

    /**
     * The names of all mixes, for help and errors.
     *
     * @return the keys, separated by commas
     */
    public static String keys() {
        return Arrays.stream(values()).map(Mix::key).collect(Collectors.joining(", "));
    }

    /**
     * How tables name it in a few words.
     *
     * @return such as bf16 state
     */
    public String title() {
        return title;
    }

    /**
     * How options name it.
     *
     * @return the constant's name in lower case, with hyphens
     */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * What parameters are in.
     *
     * @return the dtype of what a model sees
     */
    public DType parameter() {
        return parameter;
    }

    /**
     * What gradients are in.
     *
     * @return the dtype
     */
    public DType gradient() {
        return gradient;
    }

    /**
     * What keeps the small updates of parameters of 16 bits.
     *
     * @return the remedy; none for parameters in fp32
     */
    public Remedy remedy() {
        return remedy;
    }

    /**
     * What the rule's states are in.
     *
     * @return the dtype, as {@link lanewise.GroupOptions#stateDType(DType)} takes it
     */
    public DType state() {
        return state;
    }

    /**
     * How slots are kept, by an optimizer with this mix.
     *
     * @param ofRule the programs of a rule; states of other programs, and those that extras add, are in fp32
     * @return the storage of a slot
     */
    public Function<Slot, Storage> storages(Program... ofRule) {
        Set<Slot> states = Stream.of(ofRule)
                .flatMap(program -> program.states().stream())
                .filter(slot -> !slot.equals(Average.AVERAGE) && !slot.equals(Extras.ACCUMULATED))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Set<Slot> nonNegative = Program.nonNegativeStates(List.of(ofRule));
        return slot -> switch (slot.role()) {
            case PARAMETER -> ofParameter();
            case GRADIENT -> Storage.of(gradient);
            case STATE ->
                slot.extent() != Extent.ELEMENT || !states.contains(slot)
                        ? Storage.FLOAT32
                        : state == DType.BLOCK8 && nonNegative.contains(slot)
                                ? Storage.UNSIGNED_BLOCK8
                                : Storage.of(state);
            case SCRATCH -> Storage.FLOAT32;
        };
    }

    /**
     * How slots are kept when all programs of a rule share them.
     *
     * @param form a rule, as it is for one shape
     * @return the storage of a slot
     */
    public Function<Slot, Storage> storages(Rule form) {
        return storages(form.program(), form.evaluation(), form.hessianUpdate());
    }

    private Storage ofParameter() {
        return switch (remedy) {
            case MASTER -> parameter == DType.FLOAT16 ? Storage.FLOAT16_OF_MASTER : Storage.BFLOAT16_OF_MASTER;
            case REST_BITS -> Storage.BFLOAT16_WITH_REST;
            case STOCHASTIC_ROUNDING -> Storage.BFLOAT16_STOCHASTIC;
            case NONE -> Storage.of(parameter);
        };
    }

    /**
     * Whether the slots of a rule can be kept so.
     *
     * @param form a rule, as it is for one shape
     * @return why not; nothing if they can
     */
    public Optional<String> objection(Rule form) {
        Function<Slot, Storage> storages = storages(form);
        try {
            for (Program program : List.of(form.program(), form.evaluation(), form.hessianUpdate())) {
                program.phases(storages);
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /**
     * The memory that training takes with this mix.
     *
     * @param rule a rule without {@linkplain #objection objection}
     * @param shapes those of the model's tensors
     * @return weights, gradients and state; a master or the bits that weights lack are state
     */
    public Footprint footprint(Rule rule, List<long[]> shapes) {
        return Footprint.of(rule, shapes, parameter, gradient, remedy, state);
    }

    /** What is in which precision, for tables. */
    @Override
    public String toString() {
        return text;
    }
}
