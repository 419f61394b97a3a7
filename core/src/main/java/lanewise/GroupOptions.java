package lanewise;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import lanewise.dtype.DType;
import lanewise.program.Extent;
import lanewise.program.Require;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;
import lanewise.schedule.Schedule;
import org.jspecify.annotations.Nullable;

/** What may differ from group to group. What a group leaves open is as the optimizer's builder has it. */
public final class GroupOptions {

    private @Nullable Rule rule;
    private @Nullable Schedule learningRate;
    private double rateFactor = 1;
    private @Nullable WeightDecay weightDecay;
    private @Nullable Double weightDecayRate;
    private @Nullable Boolean maximize;
    private @Nullable DType stateDType;
    private final Map<String, DType> stateDTypes = new LinkedHashMap<>();

    GroupOptions() {}

    /**
     * Another rule, or the same with other options.
     *
     * @param rule the rule
     * @return these options
     */
    public GroupOptions rule(Rule rule) {
        this.rule = Objects.requireNonNull(rule, "rule");
        return this;
    }

    /**
     * A constant learning rate of its own.
     *
     * @param learningRate η, finite and at least 0
     * @return these options
     */
    public GroupOptions learningRate(double learningRate) {
        Require.atLeast("learningRate", 0, learningRate);
        return learningRate(Schedule.constant(learningRate));
    }

    /**
     * A schedule of its own.
     *
     * @param schedule η by the number of steps taken, from 0
     * @return these options
     */
    public GroupOptions learningRate(Schedule schedule) {
        learningRate = Objects.requireNonNull(schedule, "schedule");
        return this;
    }

    /**
     * What the learning rate is multiplied by.
     *
     * @param factor finite and at least 0
     * @return these options
     */
    public GroupOptions rateFactor(double factor) {
        rateFactor = Require.atLeast("rateFactor", 0, factor);
        return this;
    }

    /**
     * Another rate of weight decay, in the builder's form if it named one, else in the rule's own.
     *
     * @param rate λ, finite and at least 0; 0 for none
     * @return these options
     */
    public GroupOptions weightDecay(double rate) {
        weightDecayRate = Require.atLeast("weightDecay", 0, rate);
        weightDecay = null;
        return this;
    }

    /**
     * Another weight decay, its form named.
     *
     * @param decay coupled or decoupled
     * @return these options
     */
    public GroupOptions weightDecay(WeightDecay decay) {
        weightDecay = Objects.requireNonNull(decay, "decay");
        weightDecayRate = null;
        return this;
    }

    /**
     * Whether steps go up the gradient.
     *
     * @param maximize true to climb
     * @return these options
     */
    public GroupOptions maximize(boolean maximize) {
        this.maximize = maximize;
        return this;
    }

    /**
     * How the states of the rule lie in memory: in fp32 unless this is said. The average of the weights, the sum of
     * micro-batches and what has no value for each element stay in fp32. Takes the place of all that the builder says of
     * states, single ones included.
     *
     * @param dtype fp32, bf16, fp16 or {@link DType#BLOCK8}, which becomes {@link DType#UNSIGNED_BLOCK8} for states that
     *     are never below 0
     * @return these options
     */
    public GroupOptions stateDType(DType dtype) {
        stateDType = requireOfState(dtype);
        return this;
    }

    /**
     * How one state lies in memory.
     *
     * @param symbol its letter in the rule's formula
     * @param dtype as in {@link #stateDType(DType)}
     * @return these options
     */
    public GroupOptions stateDType(String symbol, DType dtype) {
        stateDTypes.put(symbol, requireOfState(dtype));
        return this;
    }

    private static DType requireOfState(DType dtype) {
        return switch (dtype) {
            case FLOAT32, BFLOAT16, FLOAT16, BLOCK8 -> dtype;
            case UNSIGNED_BLOCK8, FLOAT64, LOW16 ->
                throw new IllegalArgumentException(
                        "the dtype of states must be FLOAT32, BFLOAT16, FLOAT16 or BLOCK8, got " + dtype.name()
                                + "; ask for BLOCK8 where 8 bits are wanted");
        };
    }

    /** What was asked for, by state; checks that all that are named are there. */
    Map<Slot, DType> stateDTypesOr(GroupOptions base, Collection<Slot> ofRule, Collection<Slot> ofExtras) {
        Map<String, DType> named = new LinkedHashMap<>(base.stateDTypes);
        DType usual = stateDType != null ? stateDType : base.stateDType != null ? base.stateDType : DType.FLOAT32;
        if (stateDType != null) {
            named.clear();
        }
        named.putAll(stateDTypes);
        Map<Slot, DType> chosen = new LinkedHashMap<>();
        ofRule.forEach(slot -> chosen.put(slot, named.getOrDefault(slot.symbol(), usual)));
        ofExtras.forEach(slot -> chosen.putIfAbsent(slot, named.getOrDefault(slot.symbol(), DType.FLOAT32)));
        for (String symbol : stateDTypes.keySet()) {
            if (chosen.keySet().stream().noneMatch(slot -> slot.symbol().equals(symbol))) {
                throw new IllegalArgumentException("a dtype was asked for the state " + symbol + ", but there are "
                        + chosen.keySet().stream().map(Slot::symbol).toList());
            }
        }
        chosen.forEach((slot, dtype) -> {
            if (slot.extent() != Extent.ELEMENT && stateDTypes.containsKey(slot.symbol()) && dtype != DType.FLOAT32) {
                throw new IllegalArgumentException("the dtype of the state " + slot.symbol()
                        + " can't be chosen, since it has no value for each element; got " + dtype.name()
                        + ", leave it out");
            }
        });
        return chosen;
    }

    GroupOptions copy() {
        GroupOptions copy = new GroupOptions();
        copy.rule = rule;
        copy.learningRate = learningRate;
        copy.rateFactor = rateFactor;
        copy.weightDecay = weightDecay;
        copy.weightDecayRate = weightDecayRate;
        copy.maximize = maximize;
        copy.stateDType = stateDType;
        copy.stateDTypes.putAll(stateDTypes);
        return copy;
    }

    Rule ruleOr(GroupOptions base) {
        Rule found = rule != null ? rule : base.rule;
        if (found == null) {
            throw new IllegalStateException("the builder has no rule");
        }
        return found;
    }

    Schedule scheduleOr(GroupOptions base) {
        Schedule schedule = learningRate != null ? learningRate : base.learningRate;
        if (schedule == null) {
            double rate = ruleOr(base).learningRate();
            return Schedule.constant(rate);
        }
        return schedule;
    }

    double rateFactor() {
        return rateFactor;
    }

    /** A decay named in full counts most, then a rate in the form of the rule, then the rule's own. */
    WeightDecay weightDecayOr(GroupOptions base) {
        WeightDecay ofRule = ruleOr(base).weightDecay();
        if (weightDecay != null) {
            return weightDecay;
        }
        if (weightDecayRate != null) {
            return (base.weightDecay != null ? base.weightDecay : ofRule).withRate(weightDecayRate);
        }
        if (base.weightDecay != null) {
            return base.weightDecay;
        }
        return base.weightDecayRate != null ? ofRule.withRate(base.weightDecayRate) : ofRule;
    }

    boolean maximizeOr(GroupOptions base) {
        return maximize != null ? maximize : Boolean.TRUE.equals(base.maximize);
    }
}
