package lanewise;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;
import lanewise.kernel.Backends;
import lanewise.kernel.Emission;
import lanewise.kernel.Kernels;
import lanewise.program.Average;
import lanewise.program.Extras;
import lanewise.program.Require;
import lanewise.program.Shape;
import lanewise.program.Slot;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;
import lanewise.run.Plan;
import lanewise.run.Workers;
import lanewise.schedule.Schedule;
import org.jspecify.annotations.Nullable;

/**
 * Turns gradients into new weights.
 *
 * <p>Built once over {@link Parameters}, then asked for one {@link #step()} after another. A step
 * allocates nothing; each gives the same bits on every CPU, vector width and number of threads, and is
 * taken whole or not at all: what is wrong is found before the first byte is written.
 *
 * {@snippet class="lanewise.TenLines" region="ten-lines"}
 *
 * <p>One thread at a time may use an optimizer. Closing it frees its state and ends its threads;
 * the parameters are the caller's.
 */
public final class Optimizer implements AutoCloseable {

    private static final String DEFAULT_GROUP = "default";

    /** The next step's number is still a double, which scalars are computed in. */
    private static final long MOST_STEPS = (1L << 53) - 1;

    private final Settings settings;
    private final Parameters parameters;
    private final Kernels kernels;
    private final Backends.Choice choice;
    private final Workers workers;
    private final Arena arena = Arena.ofShared();
    private Arena planArena = Arena.ofShared();
    private final AtomicReference<@Nullable Thread> stepping = new AtomicReference<>();
    private final StepReport report = new StepReport(this);

    /** Made once: a method reference that is written where it is used would be made in every step. */
    private final BooleanSupplier gate = this::mayWriteStep;

    private final List<Group> groups = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Map<String, Member> byName = new HashMap<>();

    private Plan step;
    private @Nullable Plan accumulation;
    private @Nullable Plan hessianUpdate;
    private @Nullable Evaluation evaluation;
    private boolean[] taking = {};
    private boolean[] estimated = {};
    private boolean[] accumulated = {};
    private long[] steps = {};
    private long stepsTaken;
    private double lossScale;
    private long goodSteps;
    private int microBatch;
    private boolean closed;

    private Optimizer(Builder builder) {
        settings = builder.settings();
        lossScale = settings.lossScaling().map(LossScaling::initial).orElse(1.0);
        parameters = builder.parameters;
        choice = Backends.choose(builder.backend, builder.lanes);
        kernels = new Kernels(choice.backend(), choice.lanes());
        Map<GroupRequest, List<Parameter>> parts = split(parameters.all(), builder.groups, settings.base());
        if (parameters.all().isEmpty()) {
            throw new IllegalArgumentException("an optimizer needs at least one parameter, got none;"
                    + " add them to the Parameters before build()");
        }
        workers = new Workers(builder.threads);
        try {
            parts.forEach(this::join);
            step = plan();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Starts to build an optimizer.
     *
     * @param parameters what it is to move
     * @param rule how
     * @return a builder
     */
    public static Builder builder(Parameters parameters, Rule rule) {
        return new Builder(parameters, rule);
    }

    // ------------------------------------------------------------------------------------ groups

    /** A group as the caller described it. */
    record GroupRequest(String name, Predicate<String> names, GroupOptions options) {}

    /** What holds for the whole optimizer. */
    record Settings(
            GroupOptions base,
            OptionalDouble clipValue,
            OptionalDouble clipNorm,
            boolean observeNorm,
            boolean flushSubnormals,
            NonFinite onNonFinite,
            double gradientScale,
            int microBatches,
            Optional<Average> average,
            Remedy remedy,
            long seed,
            Optional<LossScaling> lossScaling) {

        Extras extras(WeightDecay decay, boolean maximize) {
            boolean accumulated = microBatches > 1;
            return Extras.DEFAULT
                    .decay(decay.actsOn())
                    .maximize(maximize)
                    .scaled(accumulated || gradientScale != 1 || lossScaling.isPresent())
                    .accumulated(accumulated)
                    .clipValue(clipValue)
                    .clipNorm(clipNorm)
                    .observeNorm(observeNorm)
                    .checkFinite(onNonFinite != NonFinite.PROPAGATE)
                    .flushSubnormals(flushSubnormals)
                    .average(average);
        }
    }

    /** A parameter, its group and its state. */
    static final class Member {
        final Parameter parameter;
        final Shape shape;
        final long seed;
        final Map<Slot, Tensor> state = new LinkedHashMap<>();
        Group.Form form;
        int gradientVersion;

        Member(Parameter parameter, Group group, long seed) {
            this.parameter = parameter;
            // By its name, so that the order of the parameters does not matter.
            this.seed = seed ^ ((long) parameter.name().hashCode() << 32);
            shape = Shape.of(parameter.value().shape());
            form = formIn(group);
        }

        private Group.Form formIn(Group group) {
            DType dtype = parameter.value().dtype();
            Tensor gradient = parameter.gradientOrNull();
            return group.form(shape, dtype, gradient == null ? dtype : gradient.dtype());
        }

        /** Whether the form is another one after a change of the gradient's memory. */
        boolean changesForm() {
            return formIn(form.group) != form;
        }

        Group group() {
            return form.group;
        }

        List<MemorySegment> planes(Slot slot) {
            return switch (slot.role()) {
                case PARAMETER -> {
                    MemorySegment value = parameter.value().segment();
                    Tensor companion = state.get(form.storages.companion());
                    yield companion == null ? List.of(value) : List.of(value, companion.segment());
                }
                case GRADIENT -> List.of(gradient());
                case STATE -> List.of(Objects.requireNonNull(state.get(slot)).segment());
                case SCRATCH -> throw new AssertionError("the plan's own");
            };
        }

        /** A parameter without a gradient takes no part in a step, so any memory will do. */
        private MemorySegment gradient() {
            Tensor gradient = parameter.gradientOrNull();
            return gradient == null ? MemorySegment.NULL : gradient.segment();
        }
    }

    /** Each group's parameters. Those that none asks for are the default group, which comes first if there is one. */
    private static Map<GroupRequest, List<Parameter>> split(
            Collection<Parameter> all, List<GroupRequest> requests, GroupOptions base) {
        LinkedHashMap<GroupRequest, List<Parameter>> parts = new LinkedHashMap<>();
        requests.forEach(request -> parts.put(request, new ArrayList<>()));
        for (Parameter parameter : all) {
            List<GroupRequest> asking = requests.stream()
                    .filter(request -> request.names().test(parameter.name()))
                    .toList();
            if (asking.size() > 1) {
                throw new IllegalArgumentException("every parameter must be in one group, but " + parameter.name()
                        + " is in " + asking.get(0).name() + " and in "
                        + asking.get(1).name() + "; make the patterns disjoint");
            }
            asking.forEach(request -> Objects.requireNonNull(parts.get(request)).add(parameter));
        }
        List<Parameter> rest = new ArrayList<>(all);
        parts.values().forEach(rest::removeAll);
        if (!rest.isEmpty()) {
            parts.putFirst(new GroupRequest(DEFAULT_GROUP, _ -> true, base), rest);
        }
        return parts;
    }

    private void join(GroupRequest request, List<Parameter> joining) {
        if (joining.isEmpty()) {
            throw new IllegalArgumentException("a group must have parameters, but " + request.name()
                    + " matches none; there are " + parameters.names());
        }
        if (groups.stream().anyMatch(group -> group.name().equals(request.name()))) {
            throw new IllegalArgumentException("the name of a group must be unique, got " + request.name() + " twice");
        }
        joining.forEach(Optimizer::requireUsable);
        Group group = new Group(request.name(), request.options(), settings);
        List<Member> added = joining.stream()
                .map(parameter -> new Member(parameter, group, settings.seed()))
                .toList();
        added.stream()
                .collect(Collectors.groupingBy(member -> member.form, LinkedHashMap::new, Collectors.toList()))
                .forEach(this::allocateStates);
        groups.add(group);
        members.addAll(added);
        added.forEach(member -> byName.put(member.parameter.name(), member));
    }

    private void allocateStates(Group.Form form, List<Member> sharing) {
        // Streams 0 and 1 are the parameters and the gradients.
        int stream = 2;
        for (Map.Entry<Slot, DType> state : form.storages.states().entrySet()) {
            Slot slot = state.getKey();
            List<Tensor> tensors = Tensor.allocateTogether(
                    arena,
                    state.getValue(),
                    stream++,
                    sharing.stream()
                            .map(member -> slot.shape(member.parameter.value().shape()))
                            .toList());
            for (int i = 0; i < sharing.size(); i++) {
                Tensor tensor = tensors.get(i);
                if (slot.initial() != 0) {
                    tensor.fill(slot.initial());
                } else if (slot.equals(Storages.MASTER)) {
                    tensor.copyFrom(sharing.get(i).parameter.value());
                }
                sharing.get(i).state.put(slot, tensor);
            }
        }
    }

    private static IllegalArgumentException tooDeep(Throwable overflow) {
        return Emission.tooLong("an expression too deep to walk through", overflow);
    }

    private static void requireUsable(Parameter parameter) {
        MemoryMap.requireUsable(
                "the value of ", parameter.name(), parameter.value().segment());
        Tensor gradient = parameter.gradientOrNull();
        if (gradient != null) {
            MemoryMap.requireUsable("the gradient of ", parameter.name(), gradient.segment());
        }
    }

    /** Plans all steps anew, in memory that is freed with the next plans. Returns that of the step itself. */
    private Plan plan() {
        Arena fresh = Arena.ofShared();
        try {
            Plan planned = plan(member -> member.form, form -> form.step(kernels), fresh);
            Plan sums = settings.microBatches() > 1
                    ? plan(member -> member.form, form -> form.aside(Extras.accumulation(), kernels), fresh)
                    : null;
            Plan estimates = members.stream().anyMatch(member -> member.form.takesHessian())
                    ? plan(member -> member.form, form -> form.hessianUpdate(kernels), fresh)
                    : null;
            accumulation = sums;
            hessianUpdate = estimates;
            int count = members.size();
            taking = Arrays.copyOf(taking, count);
            estimated = new boolean[count];
            accumulated = Arrays.copyOf(accumulated, count);
            steps = Arrays.copyOf(steps, count);
            Arena old = planArena;
            planArena = fresh;
            fresh = old;
            return planned;
        } finally {
            // The memory of the old plans, or of new ones that came to nothing.
            fresh.close();
        }
    }

    private <K> Plan plan(Function<Member, K> part, Function<K, Plan.Group> of, Arena scratch) {
        Map<K, Plan.Group> planned = new HashMap<>();
        return new Plan(
                workers,
                members.stream()
                        .map(member -> new Plan.Member(
                                planned.computeIfAbsent(part.apply(member), of),
                                member.shape,
                                member::planes,
                                member.seed))
                        .toList(),
                scratch);
    }

    /**
     * Adds a group of parameters that were added since this optimizer was built. The others go on
     * with their state; the new ones start with their first step.
     *
     * @param glob a pattern as in {@link Parameters#named}, also the name of the group
     * @param options sets what differs from the builder's options
     * @throws IllegalArgumentException if the pattern matches none, or one that is in a group already
     */
    public void addGroup(String glob, Consumer<GroupOptions> options) {
        enter();
        try {
            requireTraining("a new group");
            GroupOptions chosen = new GroupOptions();
            options.accept(chosen);
            GroupRequest request = new GroupRequest(glob, Parameters.named(glob), chosen);
            List<Parameter> joining = parameters.all().stream()
                    .filter(parameter -> request.names().test(parameter.name()))
                    .toList();
            for (Parameter parameter : joining) {
                Member member = byName.get(parameter.name());
                if (member != null) {
                    throw new IllegalArgumentException("every parameter must be in one group, but "
                            + parameter.name() + " is in " + member.group().name() + " and in " + glob
                            + "; make the patterns disjoint");
                }
            }
            int groupsBefore = groups.size();
            int membersBefore = members.size();
            try {
                join(request, joining);
                step = plan();
            } catch (RuntimeException | Error e) {
                groups.subList(groupsBefore, groups.size()).clear();
                members.subList(membersBefore, members.size()).clear();
                byName.values().retainAll(members);
                step = plan();
                if (e instanceof StackOverflowError) {
                    throw tooDeep(e);
                }
                throw e;
            }
        } finally {
            leave();
        }
    }

    // -------------------------------------------------------------------------------------- step

    /**
     * Takes one step: every parameter that has a gradient moves by its group's rule.
     *
     * <p>With {@link Builder#accumulate} the first calls only add up gradients, and every k-th moves
     * the parameters.
     *
     * @return the report of this step, the same object every time
     * @throws IllegalStateException if no parameter has a gradient, memory is closed, the schedule gives no rate, the
     *     weights of {@link #eval()} are in place, another thread is in this method, or the optimizer is closed;
     *     nothing has changed then
     * @throws ArithmeticException if a gradient is not finite and the builder asked to be told
     */
    public StepReport step() {
        enter();
        try {
            requireTraining("a step");
            takeGradients();
            if (accumulation == null) {
                setRates();
                return take(taking);
            }
            return accumulate(accumulation);
        } finally {
            leave();
        }
    }

    private void setRates() {
        for (int i = 0; i < groups.size(); i++) {
            groups.get(i).setClock(stepsTaken, lossScale);
        }
    }

    private StepReport accumulate(Plan plan) {
        boolean last = microBatch + 1 == settings.microBatches();
        if (last) {
            setRates();
        }
        try {
            plan.step(taking, steps, () -> true);
            for (int i = 0; i < taking.length; i++) {
                accumulated[i] |= taking[i];
            }
            microBatch++;
            report.skipped = false;
            report.accumulating = !last;
            report.lossScale = lossScale;
            report.gradientNorm = Double.NaN;
            report.clipCoefficient = Double.NaN;
            report.bytesMoved = 0;
            if (last) {
                take(accumulated);
                dropAccumulated(report.skipped);
            }
            report.bytesMoved += bytesMoved(taking, form -> form.accumulationBytes);
            return report;
        } catch (RuntimeException | Error e) {
            dropAccumulated(true);
            throw e;
        }
    }

    /** Starts a new sum. A bad micro-batch takes those that it was added to along; a good step has cleared them. */
    private void dropAccumulated(boolean clear) {
        for (int i = 0; clear && i < members.size(); i++) {
            Objects.requireNonNull(members.get(i).state.get(Extras.ACCUMULATED)).fill(0);
        }
        microBatch = 0;
        Arrays.fill(accumulated, false);
    }

    private StepReport take(boolean[] which) {
        for (int i = 0; i < which.length; i++) {
            steps[i] += which[i] ? 1 : 0;
        }
        boolean taken = false;
        try {
            taken = step.step(which, steps, gate);
        } finally {
            if (!taken) {
                for (int i = 0; i < which.length; i++) {
                    steps[i] -= which[i] ? 1 : 0;
                }
            }
        }
        stepsTaken += taken ? 1 : 0;
        report.lossScale = lossScale;
        if (settings.lossScaling().isPresent()) {
            goodSteps = taken ? goodSteps + 1 : 0;
            lossScale = settings.lossScaling().get().next(lossScale, taken, goodSteps);
        }
        report.step = stepsTaken;
        report.skipped = !taken;
        report.gradientNorm = step.observed(Extras.GRADIENT_NORM);
        report.clipCoefficient = step.observed(Extras.CLIP_COEFFICIENT);
        report.bytesMoved = bytesMoved(which, taken ? form -> form.stepBytes : form -> form.checkBytes);
        return report;
    }

    private long bytesMoved(boolean[] which, ToLongFunction<Group.Form> bytesOfElement) {
        long bytes = 0;
        for (int i = 0; i < which.length; i++) {
            if (which[i]) {
                Member member = members.get(i);
                bytes += member.parameter.value().size() * bytesOfElement.applyAsLong(member.form);
            }
        }
        return bytes;
    }

    /** Looks which parameters have a gradient, and that all memory is alive. */
    private void takeGradients() {
        if (parameters.size() != members.size()) {
            requireGroups();
        }
        if (changesForms()) {
            changeForms();
        }
        boolean any = false;
        for (int i = 0; i < taking.length; i++) {
            Member member = members.get(i);
            Parameter parameter = member.parameter;
            taking[i] = parameter.hasGradient();
            if (taking[i] || accumulated[i]) {
                requireUsable(parameter);
            }
            if (!taking[i]) {
                continue;
            }
            any = true;
            if (member.gradientVersion != parameter.gradientVersion()) {
                member.gradientVersion = parameter.gradientVersion();
                MemorySegment gradient = parameter.gradient().segment();
                step.rebind(i, Slot.GRADIENT, gradient);
                if (accumulation != null) {
                    accumulation.rebind(i, Slot.GRADIENT, gradient);
                }
                if (hessianUpdate != null) {
                    hessianUpdate.rebind(i, Slot.GRADIENT, gradient);
                }
            }
        }
        if (!any) {
            throw new IllegalStateException("a step needs a gradient, but none of the " + members.size()
                    + " parameters has one; give them with setGradient");
        }
    }

    /** Plans for gradients that have come in other dtypes; all stays as it was if that can't be done. */
    private void changeForms() {
        List<Group.Form> old = members.stream().map(member -> member.form).toList();
        try {
            members.forEach(member -> member.form = member.formIn(member.form.group));
            step = plan();
        } catch (RuntimeException | Error e) {
            for (int i = 0; i < old.size(); i++) {
                members.get(i).form = old.get(i);
            }
            throw e;
        }
    }

    /** Whether a gradient has come in another dtype than before. */
    private boolean changesForms() {
        boolean changed = false;
        for (int i = 0; i < taking.length; i++) {
            Member member = members.get(i);
            if (member.gradientVersion != member.parameter.gradientVersion() && member.parameter.hasGradient()) {
                changed |= member.changesForm();
            }
        }
        return changed;
    }

    private void requireGroups() {
        for (Parameter parameter : parameters.all()) {
            if (parameter.hasGradient() && !byName.containsKey(parameter.name())) {
                throw new IllegalStateException("every parameter with a gradient must be in a group, but "
                        + parameter.name() + " is in none; add one with addGroup, or call removeGradient on it");
            }
        }
    }

    private boolean mayWriteStep() {
        boolean summed = accumulation != null;
        return mayWrite(step, summed ? accumulated : taking, summed);
    }

    /** Asked when all norms are known and nothing has been written. */
    private boolean mayWrite(Plan plan, boolean[] which, boolean summed) {
        if (settings.onNonFinite() == NonFinite.PROPAGATE || Double.isFinite(plan.observed(Extras.UNCLIPPED_NORM))) {
            return true;
        }
        for (int i = 0; i < which.length; i++) {
            Member member = members.get(i);
            Tensor gradient = !which[i]
                    ? null
                    : summed ? member.state.get(Extras.ACCUMULATED) : member.parameter.gradientOrNull();
            for (long k = 0; gradient != null && k < gradient.size(); k++) {
                float g = gradient.get(k);
                if (!Float.isFinite(g)) {
                    refuse(member.parameter.name(), k, g);
                    return false;
                }
            }
        }
        // Finite gradients whose squares overflow: no reason to leave the step out.
        return true;
    }

    private void refuse(String name, long index, float value) {
        if (settings.onNonFinite() == NonFinite.THROW) {
            throw new ArithmeticException("the gradient of " + name + " must be finite, got " + value + " at index "
                    + index + "; nothing was changed: lower the learning rate, clip, or build with"
                    + " onNonFinite(NonFinite.SKIP)");
        }
    }

    // ----------------------------------------------------------------- Hessian, evaluation weights

    /**
     * Takes in an estimate of the Hessian's diagonal, which the caller has put in the place of each gradient: for {@code
     * Sophia.g} the gradient of a loss with sampled labels, for {@code Sophia.h} u⊙(H·u); {@code lanewise.curvature} makes
     * both. Parameters without a gradient,
     * and those whose rule has no use for an estimate, stay as they are. Not a step, and not clipped.
     *
     * @return whether it was taken in; false if a value is not finite and the builder asked to skip those
     * @throws IllegalStateException if no rule has use for an estimate, or as in {@link #step()}
     * @throws ArithmeticException if a value is not finite and the builder asked to be told
     */
    public boolean updateHessian() {
        enter();
        try {
            requireTraining("an estimate of the Hessian");
            Plan plan = hessianUpdate;
            if (plan == null) {
                throw new IllegalStateException(
                        "an estimate of the Hessian needs a rule that uses it, such as Sophia, got "
                                + groups.stream().map(Group::rule).toList());
            }
            takeGradients();
            groups.forEach(group -> group.setHessianClock(lossScale));
            for (int i = 0; i < taking.length; i++) {
                estimated[i] = taking[i] && members.get(i).form.takesHessian();
            }
            return plan.step(estimated, steps, () -> mayWrite(plan, estimated, false));
        } finally {
            leave();
        }
    }

    /**
     * Puts the weights to evaluate with in the place of the trained ones: the average, or Schedule-Free's x. Until {@link
     * #train()}, which brings every bit back, there are no steps, and each parameter that has such weights costs 4 bytes
     * an element. Without any, and if they are in place already, nothing happens.
     *
     * @throws IllegalStateException if memory is closed, another thread is in a step, or the optimizer is closed
     */
    public void eval() {
        enter();
        try {
            boolean apart = members.stream().anyMatch(member -> member.form.isEvaluatedApart());
            if (evaluation == null && apart) {
                members.forEach(member -> requireUsable(member.parameter));
                Evaluation begun = new Evaluation(workers, kernels, members, steps);
                try {
                    begun.keep();
                } catch (RuntimeException | Error e) {
                    begun.close();
                    throw e;
                }
                // From here on train() can bring the trained weights back, whatever happens.
                evaluation = begun;
                begun.replace();
            }
        } finally {
            leave();
        }
    }

    /**
     * Puts the trained weights back in their place, bit for bit. Does nothing if they are there.
     *
     * @throws IllegalStateException if memory is closed, another thread is in a step, or the optimizer is closed
     */
    public void train() {
        enter();
        try {
            Evaluation ended = evaluation;
            if (ended != null) {
                members.forEach(member -> requireUsable(member.parameter));
                ended.restore();
                evaluation = null;
                ended.close();
            }
        } finally {
            leave();
        }
    }

    private void requireTraining(String what) {
        if (evaluation != null) {
            throw new IllegalStateException(
                    what + " needs the trained weights, but those of eval() are in place; call train() first");
        }
    }

    /**
     * Sets all gradients to zero, for callers who add into them.
     *
     * @throws IllegalStateException if the memory of a gradient is read-only
     */
    public void zeroGrad() {
        enter();
        try {
            for (int i = 0; i < taking.length; i++) {
                requireClearable(members.get(i).parameter);
            }
            for (int i = 0; i < taking.length; i++) {
                Tensor gradient = members.get(i).parameter.gradientOrNull();
                if (gradient != null) {
                    gradient.segment().fill((byte) 0);
                }
            }
        } finally {
            leave();
        }
    }

    private static void requireClearable(Parameter parameter) {
        Tensor gradient = parameter.gradientOrNull();
        if (gradient == null) {
            return;
        }
        MemoryMap.requireUsable("the gradient of ", parameter.name(), gradient.segment());
        if (gradient.segment().isReadOnly()) {
            throw new IllegalStateException("the gradient of " + parameter.name()
                    + " must be writable to be set to zero, got read-only memory; clear it where it is written");
        }
    }

    private void enter() {
        Thread other = stepping.compareAndExchange(null, Thread.currentThread());
        if (other != null) {
            throw new IllegalStateException("one thread at a time may use an optimizer, but " + other.getName()
                    + " is in it while " + Thread.currentThread().getName() + " calls; let one thread do the steps");
        }
        if (closed) {
            leave();
            requireOpen();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the optimizer must be open, but it was closed; build another");
        }
    }

    private void leave() {
        stepping.set(null);
    }

    // -------------------------------------------------------------------------------------- view

    /**
     * What the last step did.
     *
     * @return a view that every step fills anew
     */
    public StepReport report() {
        return report;
    }

    /**
     * What the kernels run on.
     *
     * @return the backend, its width, and why; the scalar one from the moment on that the chosen one had to be given up
     */
    public BackendInfo backend() {
        return BackendInfo.of(choice.orFallback());
    }

    /**
     * The number of threads that take part in a step.
     *
     * @return at least 1, the caller's own counted
     */
    public int threads() {
        return workers.count();
    }

    /**
     * A state of a parameter, such as its momentum.
     *
     * @param parameter the parameter's name
     * @param symbol the letter of the state in the rule's formula
     * @return a view of the memory; changes count from the next step on
     * @throws IllegalArgumentException if there is no such parameter, or its rule keeps no such state
     */
    public Tensor state(String parameter, String symbol) {
        requireOpen();
        Member member = member(parameter);
        for (Map.Entry<Slot, Tensor> state : member.state.entrySet()) {
            if (state.getKey().symbol().equals(symbol)) {
                return state.getValue();
            }
        }
        throw new IllegalArgumentException(parameter + " has no state " + symbol + "; it has "
                + member.state.keySet().stream().map(Slot::symbol).toList());
    }

    /**
     * All states of a parameter, for a checkpoint: with the weights, {@link #steps()} and {@link #steps(String)} they are
     * all that an optimizer keeps. Copied into another one of the same rule and options they make it go on with the same
     * bits. What a {@code ReduceOnPlateau} has observed is the caller's to keep, and so is {@link #lossScale()}, for {@link
     * #setLossScale}, from where good steps are counted anew.
     *
     * {@snippet class="lanewise.Checkpoint" region="resume"}
     *
     * <p>Take it between steps and while the trained weights are in place: among micro-batches the number of those that are
     * summed is not in it, after {@link #eval()} the weights are others.
     *
     * @param parameter the parameter's name
     * @return views of the memory by the letter of the state in the rule's formula
     * @throws IllegalArgumentException if there is no such parameter
     */
    public Map<String, Tensor> states(String parameter) {
        requireOpen();
        Map<String, Tensor> states = new LinkedHashMap<>();
        member(parameter).state.forEach((slot, tensor) -> states.put(slot.symbol(), tensor));
        return states;
    }

    /**
     * The number of steps that were taken; schedules count them.
     *
     * @return at least 0
     */
    public long steps() {
        requireOpen();
        return stepsTaken;
    }

    /**
     * The number of steps that a parameter took part in, which were those that it had a gradient for; bias corrections
     * count them.
     *
     * @param parameter the parameter's name
     * @return at least 0
     * @throws IllegalArgumentException if there is no such parameter
     */
    public long steps(String parameter) {
        requireOpen();
        return steps[members.indexOf(member(parameter))];
    }

    /**
     * Goes on as if so many steps had been taken, by all parameters.
     *
     * @param steps from 0 to 2<sup>53</sup> − 1
     * @throws IllegalStateException within a sum of micro-batches, while the weights of {@link #eval()} are in place, or
     *     as in {@link #step()}
     */
    public void setSteps(long steps) {
        setSteps(steps, () -> {
            stepsTaken = steps;
            Arrays.fill(this.steps, steps);
        });
    }

    /**
     * The same for a single parameter, which was in fewer steps than others. Call it after {@link #setSteps(long)}.
     *
     * @param parameter the parameter's name
     * @param steps from 0 to 2<sup>53</sup> − 1
     * @throws IllegalArgumentException if there is no such parameter
     * @throws IllegalStateException as in {@link #setSteps(long)}
     */
    public void setSteps(String parameter, long steps) {
        int index = members.indexOf(member(parameter));
        setSteps(steps, () -> this.steps[index] = steps);
    }

    private void setSteps(long steps, Runnable set) {
        Require.atLeast("steps", 0, steps);
        if (steps > MOST_STEPS) {
            throw new IllegalArgumentException("steps must be at most 2^53 - 1, got " + steps);
        }
        enter();
        try {
            requireTraining("a number of steps");
            requireBetweenSteps("the number of steps");
            set.run();
        } finally {
            leave();
        }
    }

    /**
     * What the caller multiplies the loss by, so that the gradients of the next step are as the builder's {@link
     * Builder#lossScaling} wants them.
     *
     * @return 1 without loss scaling
     */
    public double lossScale() {
        return lossScale;
    }

    /**
     * Goes on with a scale of the loss, such as that of a checkpoint.
     *
     * @param scale from 2<sup>−126</sup> to 2<sup>126</sup>
     * @throws IllegalStateException without loss scaling, or among micro-batches that are summed
     */
    public void setLossScale(double scale) {
        LossScaling.requireScale("lossScale", scale);
        enter();
        try {
            if (settings.lossScaling().isEmpty()) {
                throw new IllegalStateException(
                        "a scale of the loss needs loss scaling; build with lossScaling(LossScaling.dynamic())");
            }
            requireBetweenSteps("the scale of the loss");
            lossScale = scale;
            goodSteps = 0;
        } finally {
            leave();
        }
    }

    private void requireBetweenSteps(String what) {
        if (microBatch > 0) {
            throw new IllegalStateException(what + " must be set between steps, but " + microBatch
                    + " micro-batches of " + settings.microBatches() + " are summed; finish the step first");
        }
    }

    private Member member(String name) {
        Member member = byName.get(name);
        if (member == null) {
            throw new IllegalArgumentException(
                    "the optimizer has no parameter " + name + "; there are " + parameters.names());
        }
        return member;
    }

    /**
     * The memory that the optimizer keeps for all parameters.
     *
     * @return bytes of state
     */
    public long stateBytes() {
        return members.stream()
                .flatMap(member -> member.state.values().stream())
                .mapToLong(tensor -> tensor.segment().byteSize())
                .sum();
    }

    /**
     * The memory that the training takes now: of the parameters, of those gradients that there are, and of the state,
     * while {@link #eval()}'s weights are in place with the trained ones.
     *
     * @return what the tensors hold
     */
    public Footprint footprint() {
        long elements = 0;
        long values = 0;
        long gradients = 0;
        for (Member member : members) {
            Tensor gradient = member.parameter.gradientOrNull();
            elements += member.parameter.value().size();
            values += member.parameter.value().segment().byteSize();
            gradients += gradient == null ? 0 : gradient.segment().byteSize();
        }
        long kept = evaluation == null ? 0 : evaluation.bytes();
        return new Footprint(elements, values, gradients, stateBytes() + kept);
    }

    /**
     * Waits until all kernels have taken their final form. Without it the first steps run on scalar
     * kernels while the vector ones are compiled and checked in the background; the bits are the same.
     *
     * @return whether all kernels of the backend are in use; false if one was given up, which was
     *     logged
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public boolean warmUp() throws InterruptedException {
        return kernels.awaitWarm();
    }

    double learningRate(String groupName) {
        for (int i = 0; i < groups.size(); i++) {
            if (groups.get(i).name().equals(groupName)) {
                return groups.get(i).learningRate();
            }
        }
        throw new IllegalArgumentException("there is no group " + groupName + "; there are " + groupNames());
    }

    double observed(String name) {
        return step.observed(name);
    }

    double firstLearningRate() {
        return groups.getFirst().learningRate();
    }

    List<String> groupNames() {
        return groups.stream().map(Group::name).toList();
    }

    /**
     * Frees the state and ends the threads. The parameters keep the weights that are in place, after {@link #eval()} those
     * to evaluate with.
     *
     * @throws IllegalStateException if another thread is in a step
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        enter();
        try {
            closed = true;
            workers.close();
            planArena.close();
            arena.close();
            if (evaluation != null) {
                evaluation.close();
            }
        } finally {
            leave();
        }
    }

    // ----------------------------------------------------------------------------------- builder

    /** What an optimizer is built from. */
    public static final class Builder {

        private final Parameters parameters;
        private final GroupOptions base = new GroupOptions();
        private final List<GroupRequest> groups = new ArrayList<>();
        private OptionalDouble clipValue = OptionalDouble.empty();
        private OptionalDouble clipNorm = OptionalDouble.empty();
        private boolean observeNorm;
        private boolean flushSubnormals = true;
        private NonFinite onNonFinite = NonFinite.PROPAGATE;
        private double gradientScale = 1;
        private int microBatches = 1;
        private Optional<Average> average = Optional.empty();
        private Remedy remedy = Remedy.MASTER;
        private long seed;
        private Optional<LossScaling> lossScaling = Optional.empty();
        private int threads = Runtime.getRuntime().availableProcessors();
        private @Nullable String backend;
        private @Nullable Integer lanes;

        private Builder(Parameters parameters, Rule rule) {
            this.parameters = Objects.requireNonNull(parameters, "parameters");
            base.rule(Objects.requireNonNull(rule, "rule"));
        }

        private Settings settings() {
            if (lossScaling.isPresent() && onNonFinite == NonFinite.THROW) {
                throw new IllegalArgumentException("loss scaling skips steps whose gradients are not finite,"
                        + " but onNonFinite(THROW) was asked for; leave one of both out");
            }
            return new Settings(
                    base.copy(),
                    clipValue,
                    clipNorm,
                    observeNorm,
                    flushSubnormals,
                    lossScaling.isPresent() ? NonFinite.SKIP : onNonFinite,
                    gradientScale,
                    microBatches,
                    average,
                    remedy,
                    seed,
                    lossScaling);
        }

        /**
         * Another rule in place of the first one, such as that of a recipe. Settings of the first do not carry over;
         * what the builder was told does.
         *
         * @param rule the rule
         * @return this builder
         */
        public Builder rule(Rule rule) {
            base.rule(rule);
            return this;
        }

        /**
         * A constant learning rate in place of the rule's default.
         *
         * @param learningRate η, finite and at least 0
         * @return this builder
         */
        public Builder learningRate(double learningRate) {
            base.learningRate(learningRate);
            return this;
        }

        /**
         * A schedule of the learning rate.
         *
         * @param schedule η by the number of steps taken, from 0
         * @return this builder
         */
        public Builder learningRate(Schedule schedule) {
            base.learningRate(schedule);
            return this;
        }

        /**
         * Weight decay in the form that is the rule's own: decoupled for AdamW and Lion, L2 for most.
         *
         * @param rate λ, finite and at least 0; 0 for none
         * @return this builder
         */
        public Builder weightDecay(double rate) {
            base.weightDecay(rate);
            return this;
        }

        /**
         * Weight decay, its form named.
         *
         * @param decay coupled or decoupled
         * @return this builder
         */
        public Builder weightDecay(WeightDecay decay) {
            base.weightDecay(decay);
            return this;
        }

        /**
         * Whether steps go up the gradient.
         *
         * @param maximize true to climb
         * @return this builder
         */
        public Builder maximize(boolean maximize) {
            base.maximize(maximize);
            return this;
        }

        /**
         * A group of parameters with options of its own. Parameters in no such group are in the default
         * group.
         *
         * @param glob a pattern as in {@link Parameters#named}, also the name of the group
         * @param options sets what differs
         * @return this builder
         */
        public Builder group(String glob, Consumer<GroupOptions> options) {
            return group(glob, Parameters.named(glob), options);
        }

        /**
         * A group of parameters with options of its own.
         *
         * @param name the name of the group
         * @param names which parameters, by their names
         * @param options sets what differs
         * @return this builder
         */
        public Builder group(String name, Predicate<String> names, Consumer<GroupOptions> options) {
            GroupOptions chosen = new GroupOptions();
            options.accept(chosen);
            groups.add(new GroupRequest(name, names, chosen));
            return this;
        }

        /**
         * Scales all gradients down together if their Euclidean norm is over a bound, by {@code
         * min(1, maxNorm / (norm + 1e-6))}, as {@code torch.nn.utils.clip_grad_norm_}. Costs a pass over
         * the gradients.
         *
         * @param maxNorm the bound, finite and above 0
         * @return this builder
         */
        public Builder clipGlobalNorm(double maxNorm) {
            clipNorm = OptionalDouble.of(Require.positive("maxNorm", maxNorm));
            return this;
        }

        /**
         * Clips each element of the gradients, as {@code torch.nn.utils.clip_grad_value_}; before the
         * norm is taken, if both are asked for. NaN stays NaN.
         *
         * @param maxValue the largest magnitude, finite and above 0
         * @return this builder
         */
        public Builder clipValue(double maxValue) {
            clipValue = OptionalDouble.of(Require.positive("maxValue", maxValue));
            return this;
        }

        /**
         * Computes the norm of the gradients for the report even if nothing is clipped. Costs a pass
         * over the gradients.
         *
         * @return this builder
         */
        public Builder reportGradientNorm() {
            observeNorm = true;
            return this;
        }

        /**
         * What gradients are multiplied by before anything else, such as 1 over the scale of the loss.
         *
         * @param scale finite and above 0
         * @return this builder
         */
        public Builder gradientScale(double scale) {
            gradientScale = Require.positive("gradientScale", scale);
            return this;
        }

        /**
         * Adds up the gradients of several calls of {@link Optimizer#step()} and steps with their mean.
         * Costs 4 bytes of state per parameter.
         *
         * @param microBatches how many calls make a step, at least 1
         * @return this builder
         */
        public Builder accumulate(int microBatches) {
            this.microBatches = Require.atLeast("microBatches", 1, microBatches);
            return this;
        }

        /**
         * Keeps a running average of the weights, computed in the same pass as the step; {@link Optimizer#eval()} puts it
         * in place. Costs 4 bytes of state per parameter.
         *
         * @param average which one, such as {@code Average.ema(0.999)}
         * @return this builder
         */
        public Builder average(Average average) {
            this.average = Optional.of(Objects.requireNonNull(average, "average"));
            return this;
        }

        /**
         * How the states lie in memory; see {@link GroupOptions#stateDType(DType)}.
         *
         * @param dtype fp32, bf16, fp16 or {@link DType#BLOCK8}
         * @return this builder
         */
        public Builder stateDType(DType dtype) {
            base.stateDType(dtype);
            return this;
        }

        /**
         * How one state lies in memory.
         *
         * @param symbol its letter in the rule's formula
         * @param dtype fp32, bf16, fp16 or {@link DType#BLOCK8}
         * @return this builder
         */
        public Builder stateDType(String symbol, DType dtype) {
            base.stateDType(symbol, dtype);
            return this;
        }

        /**
         * What keeps small updates of parameters in bf16 or fp16 from being lost; those in fp32 don't ask.
         *
         * @param remedy by default {@link Remedy#MASTER}
         * @return this builder
         */
        public Builder remedy(Remedy remedy) {
            this.remedy = Objects.requireNonNull(remedy, "remedy");
            return this;
        }

        /**
         * What chance comes from: that of {@link Remedy#STOCHASTIC_ROUNDING}, and of second moments in 8 bits.
         *
         * @param seed any number; by default 0
         * @return this builder
         */
        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Scales the loss so that small gradients are not lost in fp16: steps divide gradients by {@link Optimizer#lossScale()},
         * and skip those that are not finite.
         *
         * @param scaling such as {@link LossScaling#dynamic()}
         * @return this builder
         */
        public Builder lossScaling(LossScaling scaling) {
            lossScaling = Optional.of(Objects.requireNonNull(scaling, "scaling"));
            return this;
        }

        /**
         * What to do when a gradient holds NaN or infinity.
         *
         * @param policy by default they propagate
         * @return this builder
         */
        public Builder onNonFinite(NonFinite policy) {
            onNonFinite = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Whether states below 2<sup>−126</sup> in magnitude become 0. On by default, since a moving
         * average would otherwise stay subnormal for good and be 6 to 15 times slower on x86. Off, to
         * compare with implementations that keep them.
         *
         * @param flush false to keep subnormals
         * @return this builder
         */
        public Builder flushSubnormals(boolean flush) {
            flushSubnormals = flush;
            return this;
        }

        /**
         * The number of threads; by default as many as there are CPUs. The bits do not depend on it.
         *
         * @param threads at least 1, the caller's own counted
         * @return this builder
         */
        public Builder threads(int threads) {
            this.threads = Require.atLeast("threads", 1, threads);
            return this;
        }

        /**
         * The backend, in place of the property {@code lanewise.backend}. The bits do not depend on it.
         *
         * @param backend auto, simd or scalar
         * @return this builder
         */
        public Builder backend(String backend) {
            this.backend = Objects.requireNonNull(backend, "backend");
            return this;
        }

        /**
         * The vector width, in place of the property {@code lanewise.lanes}. The bits do not depend on
         * it.
         *
         * @param lanes 4, 8 or 16 elements
         * @return this builder
         */
        public Builder lanes(int lanes) {
            this.lanes = lanes;
            return this;
        }

        /**
         * The memory that the training would take, without taking it. A group without parameters counts for nothing.
         *
         * @return what {@link Optimizer#footprint} would say after {@link #build}
         * @throws IllegalArgumentException if a parameter is in two groups
         */
        public Footprint footprint() {
            try {
                Settings chosen = settings();
                Footprint sum = Footprint.NONE;
                for (var part : split(parameters.all(), groups, chosen.base()).entrySet()) {
                    GroupRequest request = part.getKey();
                    Group group = new Group(request.name(), request.options(), chosen);
                    for (Parameter parameter : part.getValue()) {
                        Group.Form form = new Member(parameter, group, 0).form;
                        sum = sum.plus(Footprint.of(
                                form.storages,
                                parameter.value().dtype(),
                                Optional.ofNullable(parameter.gradientOrNull()).map(Tensor::dtype),
                                parameter.value().shape()));
                    }
                }
                return sum;
            } catch (StackOverflowError e) {
                throw tooDeep(e);
            }
        }

        /**
         * Allocates the state and starts the threads.
         *
         * @return the optimizer
         * @throws IllegalArgumentException if there are no parameters, a parameter is in two groups, or
         *     a group has none
         * @throws IllegalStateException if memory is closed, or a backend was asked for by name and can't
         *     run
         */
        public Optimizer build() {
            try {
                return new Optimizer(this);
            } catch (StackOverflowError e) {
                throw tooDeep(e);
            }
        }
    }
}
