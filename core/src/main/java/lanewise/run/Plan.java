package lanewise.run;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import lanewise.kernel.Kernel;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Slot;

/**
 * One step of many tensors: the phases of their programs, side by side. All sums are known before
 * the last phase begins, and only the last phase writes. A step allocates nothing.
 */
public final class Plan {

    /** The tensors that share a program and a clock. */
    public static final class Group {

        private final Program program;
        private final StepClock clock;
        private final List<Phase> phases;
        private final Kernel[] kernels;

        /**
         * Compiles a program.
         *
         * @param program what happens to the tensors of the group
         * @param clock their step
         * @param kernels the kernel of a code
         */
        public Group(Program program, StepClock clock, Function<Code, Kernel> kernels) {
            this.program = program;
            this.clock = clock;
            phases = program.phases();
            this.kernels = new Kernel[phases.size()];
            for (int phase = 0; phase < this.kernels.length; phase++) {
                this.kernels[phase] = kernels.apply(phases.get(phase).code());
            }
        }
    }

    /**
     * A tensor of the plan.
     *
     * @param group its group
     * @param size its number of elements
     * @param memory the memory of each slot of its group's program
     */
    public record Member(Group group, long size, Function<Slot, MemorySegment> memory) {}

    /** A phase of a group, tied to this plan. */
    private static final class Bound {
        final Kernel kernel;
        final List<Slot> streams;

        /** What goes in, with a look-up in the place of each sum. */
        final Expr[] scalars;

        /** Where each sum goes: index i of the sums over all tensors, or −1−i of the tensor's own. */
        final int[] sums;

        final boolean differsByTensor;

        Bound(Kernel kernel, List<Slot> streams, Expr[] scalars, int[] sums) {
            this.kernel = kernel;
            this.streams = streams;
            this.scalars = scalars;
            this.sums = sums;
            differsByTensor = Stream.of(scalars).anyMatch(scalar -> scalar.extent() != Extent.ALL);
        }
    }

    /** A tensor in a phase. */
    private static final class Stage {
        final Bound bound;
        final MemorySegment[] streams;
        final float[] scalars;

        Stage(Bound bound, Function<Slot, MemorySegment> memory) {
            this.bound = bound;
            streams = bound.streams.stream().map(memory).toArray(MemorySegment[]::new);
            scalars = new float[bound.scalars.length];
        }
    }

    private record Observed(String name, Group group, Expr value) {}

    private final Workers workers;
    private final Tiles tiles;
    private final List<Member> members;
    private final Stage[][] stages;
    private final List<Expr.Sum> allSums = new ArrayList<>();
    private final double[] allSumValues;
    private final double[][] tensorSumValues;
    private final double[] partials;
    private final int sumsOfTile;
    private final Scratch[] scratch;
    private final List<Observed> observed = new ArrayList<>();
    private final Workers.Job job = this::runItem;

    private Stage[] current = {};
    private boolean[] active = {};

    /**
     * Plans the steps of tensors.
     *
     * @param workers who carry them out
     * @param members the tensors, in the order in which sums over all of them are added
     */
    public Plan(Workers workers, List<Member> members) {
        this.workers = workers;
        this.members = List.copyOf(members);
        tiles = Tiles.of(members.stream().mapToLong(Member::size).toArray());
        List<Group> groups = members.stream().map(Member::group).distinct().toList();
        int phases =
                groups.stream().mapToInt(group -> group.phases.size()).max().orElse(0);
        Map<Group, List<Expr.Sum>> tensorSums = new HashMap<>();
        Map<Group, List<Bound>> bound = new HashMap<>();
        for (Group group : groups) {
            List<Expr.Sum> own = new ArrayList<>();
            tensorSums.put(group, own);
            bound.put(group, bind(group, own));
        }
        stages = new Stage[phases][members.size()];
        for (int tensor = 0; tensor < members.size(); tensor++) {
            Member member = members.get(tensor);
            Group group = member.group();
            int last = group.phases.size() - 1;
            for (int phase = 0; phase <= last; phase++) {
                // The phases that write come together at the end.
                stages[phase == last ? phases - 1 : phase][tensor] =
                        new Stage(bound.get(group).get(phase), member.memory());
            }
        }
        allSumValues = new double[allSums.size()];
        tensorSumValues = members.stream()
                .map(member -> new double[tensorSums.get(member.group()).size()])
                .toArray(double[][]::new);
        int streams = 0;
        int sums = 0;
        for (Group group : groups) {
            for (Phase phase : group.phases) {
                streams = Math.max(streams, phase.streams().size());
                sums = Math.max(sums, phase.sums().size());
            }
        }
        sumsOfTile = sums;
        partials = new double[Math.multiplyExact(tiles.count(), sums)];
        scratch = new Scratch[workers.count()];
        for (int worker = 0; worker < scratch.length; worker++) {
            scratch[worker] = new Scratch();
            scratch[worker].reserve(streams, sums);
        }
    }

    private List<Bound> bind(Group group, List<Expr.Sum> tensorSums) {
        for (Program.Statement statement : group.program.statements()) {
            if (statement instanceof Program.Statement.Observe(String name, Expr value)) {
                observed.add(new Observed(name, group, lookUpSums(value, tensorSums)));
            }
        }
        List<Bound> bound = new ArrayList<>();
        for (int phase = 0; phase < group.kernels.length; phase++) {
            Phase unbound = group.phases.get(phase);
            Expr[] scalars = unbound.scalars().stream()
                    .map(scalar -> lookUpSums(scalar, tensorSums))
                    .toArray(Expr[]::new);
            bound.add(new Bound(
                    group.kernels[phase],
                    unbound.streams(),
                    scalars,
                    unbound.sums().stream()
                            .mapToInt(sum -> indexOf(sum, tensorSums))
                            .toArray()));
        }
        return bound;
    }

    private Expr lookUpSums(Expr scalar, List<Expr.Sum> tensorSums) {
        return scalar.rewrite(expr -> {
            if (!(expr instanceof Expr.Sum sum)) {
                return expr;
            }
            int index = indexOf(sum, tensorSums);
            return new Expr.Scalar(
                    "Σ",
                    sum.over(),
                    index >= 0 ? _ -> allSumValues()[index] : clock -> ((StepClock) clock).tensorSum(-1 - index));
        });
    }

    /** As in {@link Bound}. Equal sums over all tensors are one, across groups. */
    private int indexOf(Expr.Sum sum, List<Expr.Sum> tensorSums) {
        boolean all = sum.over() == Extent.ALL;
        List<Expr.Sum> sums = all ? allSums : tensorSums;
        if (!sums.contains(sum)) {
            sums.add(sum);
        }
        int index = sums.indexOf(sum);
        return all ? index : -1 - index;
    }

    private double[] allSumValues() {
        return allSumValues;
    }

    /**
     * Points a slot of a tensor at other memory of the same size.
     *
     * @param tensor the tensor's number
     * @param slot the slot
     * @param memory its memory from now on
     */
    public void rebind(int tensor, Slot slot, MemorySegment memory) {
        for (Stage[] phase : stages) {
            Stage stage = phase[tensor];
            int stream = stage == null ? -1 : stage.bound.streams.indexOf(slot);
            if (stream >= 0) {
                stage.streams[stream] = memory;
            }
        }
    }

    /**
     * Carries out a step.
     *
     * @param taking which tensors take part
     * @param steps the number of this step for each tensor, from 1
     * @param gate asked once all sums are known; if it says no, nothing is written
     * @return what the gate said
     */
    public boolean step(boolean[] taking, long[] steps, BooleanSupplier gate) {
        active = taking;
        Arrays.fill(allSumValues, 0);
        for (int phase = 0; phase < stages.length; phase++) {
            current = stages[phase];
            boolean last = phase == stages.length - 1;
            if (last && !gate.getAsBoolean()) {
                return false;
            }
            evaluateScalars(steps);
            workers.run(job, tiles.items());
            if (!last) {
                addUp();
            }
        }
        return true;
    }

    private void evaluateScalars(long[] steps) {
        Stage previous = null;
        long previousStep = 0;
        for (int tensor = 0; tensor < current.length; tensor++) {
            Stage stage = current[tensor];
            if (stage == null || !active[tensor]) {
                continue;
            }
            if (previous != null
                    && previous.bound == stage.bound
                    && previousStep == steps[tensor]
                    && !stage.bound.differsByTensor) {
                System.arraycopy(previous.scalars, 0, stage.scalars, 0, stage.scalars.length);
                continue;
            }
            Member member = members.get(tensor);
            StepClock clock = member.group().clock;
            clock.tensor(steps[tensor], member.size(), tensorSumValues[tensor]);
            for (int i = 0; i < stage.scalars.length; i++) {
                stage.scalars[i] = (float) stage.bound.scalars[i].evaluate(clock);
            }
            previous = stage;
            previousStep = steps[tensor];
        }
    }

    private void runItem(int item, int worker) {
        for (int tile = tiles.firstOfItem(item); tile < tiles.firstOfItem(item + 1); tile++) {
            int tensor = tiles.tensorOf(tile);
            Stage stage = current[tensor];
            if (stage != null && active[tensor]) {
                long[] starts = scratch[worker].starts();
                Arrays.fill(starts, tiles.from(tile));
                stage.bound.kernel.run(
                        stage.streams,
                        starts,
                        tiles.length(tile),
                        stage.scalars,
                        partials,
                        tile * sumsOfTile,
                        scratch[worker]);
            }
        }
    }

    /** Adds the tiles' sums in index order. */
    private void addUp() {
        for (int tensor = 0; tensor < current.length; tensor++) {
            Stage stage = current[tensor];
            if (stage == null || !active[tensor]) {
                continue;
            }
            int[] sums = stage.bound.sums;
            for (int i = 0; i < sums.length; i++) {
                double total = 0;
                for (int tile = tiles.firstOfTensor(tensor); tile < tiles.firstOfTensor(tensor + 1); tile++) {
                    total += partials[tile * sumsOfTile + i];
                }
                if (sums[i] >= 0) {
                    allSumValues[sums[i]] += total;
                } else {
                    tensorSumValues[tensor][-1 - sums[i]] = total;
                }
            }
        }
    }

    /**
     * A scalar that the programs show.
     *
     * @param name its name
     * @return its value in the last step, NaN if no program shows it
     */
    public double observed(String name) {
        for (int i = 0; i < observed.size(); i++) {
            Observed candidate = observed.get(i);
            if (candidate.name().equals(name)) {
                return candidate.value().evaluate(candidate.group().clock);
            }
        }
        return Double.NaN;
    }
}
