package lanewise.run;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import lanewise.dtype.Storage;
import lanewise.kernel.Kernel;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Extent;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.program.Slot;
import org.jspecify.annotations.Nullable;

/**
 * One step of many tensors: the phases of their programs, side by side, in regions. All sums are known before the first
 * region that writes. A step allocates nothing.
 */
public final class Plan {

    /** The tensors that share a program and a clock. */
    public static final class Group {

        private final Program program;
        private final StepClock clock;
        private final boolean byRows;
        private final List<Phase> phases;
        private final List<Kernel> kernels;

        /**
         * Compiles a program.
         *
         * @param program what happens to the tensors of the group
         * @param clock their step
         * @param kernels the kernel of a code
         */
        public Group(Program program, StepClock clock, Function<Code, Kernel> kernels) {
            this(program, _ -> Storage.FLOAT32, clock, kernels);
        }

        /**
         * Compiles a program over values that are not all kept in fp32.
         *
         * @param program what happens to the tensors of the group
         * @param storages how the values of a slot are kept
         * @param clock their step
         * @param kernels the kernel of a code
         */
        public Group(
                Program program, Function<Slot, Storage> storages, StepClock clock, Function<Code, Kernel> kernels) {
            this.program = program;
            this.clock = clock;
            byRows = program.isByRows();
            phases = program.phases(storages);
            this.kernels =
                    phases.stream().map(phase -> kernels.apply(phase.code())).toList();
        }
    }

    /**
     * A tensor of the plan.
     *
     * @param group its group
     * @param shape its shape
     * @param memory the planes of each slot of its group's program, as the group keeps them, or one double
     * @param seed what its random numbers come from
     */
    public record Member(Group group, Shape shape, Function<Slot, List<MemorySegment>> memory, long seed) {

        /** A tensor whose slots have a plane each, and no use for random numbers. */
        public Member(Group group, Shape shape, Function<Slot, MemorySegment> memory) {
            this(group, shape, slot -> List.of(memory.apply(slot)), 0);
        }
    }

    /** What the tensors do side by side: passes of one depth over one domain. */
    private static final class Region {
        final boolean writes;
        final Tiles tiles;

        /** By tensor; null where it has nothing to do. */
        final @Nullable Stage[] stages;

        Region(boolean writes, Tiles tiles, @Nullable Stage[] stages) {
            this.writes = writes;
            this.tiles = tiles;
            this.stages = stages;
        }
    }

    private final Workers workers;
    private final List<Operand> operands = new ArrayList<>();
    private final List<Region> regions = new ArrayList<>();
    private final AllSums allSums = new AllSums();
    private final List<Binding.Observed> observed = new ArrayList<>();
    private final double[] partials;
    private final int sumsOfTile;
    private final Scratch[] scratch;
    private final Workers.Job job = this::runItems;

    private Region current = new Region(false, Tiles.of(), new Stage[0]);
    private boolean[] active = {};

    /**
     * Plans the steps of tensors.
     *
     * @param workers who carry them out
     * @param members the tensors, in the order in which sums over all of them are added
     * @param arena of the memory that programs by rows need beside their slots
     */
    public Plan(Workers workers, List<Member> members, Arena arena) {
        this.workers = workers;
        Map<Group, Binding> bindings = new LinkedHashMap<>();
        members.forEach(member -> bindings.computeIfAbsent(
                member.group(), group -> new Binding(group.program, group.phases, group.clock, allSums)));
        bindings.values().forEach(binding -> observed.addAll(binding.observed));
        members.forEach(member ->
                operands.add(new Operand(Objects.requireNonNull(bindings.get(member.group())), member, arena)));
        bindings.keySet().stream()
                .flatMap(group -> group.phases.stream())
                .map(Place::of)
                .distinct()
                .sorted(Place.ORDER)
                .forEach(place -> regions.add(region(place, members)));
        int planes = 0;
        boolean blocked = false;
        int scalars = 0;
        int sums = 0;
        int tiles = 0;
        int temporaries = 0;
        for (Region region : regions) {
            tiles = Math.max(tiles, region.tiles.count());
            for (Stage stage : region.stages) {
                if (stage != null) {
                    planes = Math.max(planes, stage.planes.length);
                    blocked |= stage.bound.phase.code().isBlocked();
                    scalars = Math.max(scalars, stage.scalars.length);
                    sums = Math.max(sums, stage.bound.sums.length);
                    temporaries = Math.max(temporaries, stage.temporaries());
                }
            }
        }
        sumsOfTile = sums;
        partials = new double[Math.multiplyExact(tiles, sums)];
        scratch = new Scratch[workers.count()];
        for (int worker = 0; worker < scratch.length; worker++) {
            scratch[worker] = new Scratch();
            scratch[worker].reserve(planes + temporaries, scalars, sums, blocked);
            scratch[worker].reserveTemporaries(planes, temporaries, arena);
        }
    }

    /** Where in a step a phase stands; tensors whose phases stand at the same place run side by side. */
    private record Place(int depth, Extent domain) {

        /** By depth; in the end the elements first, which read what the others write. */
        static final Comparator<Place> ORDER = Comparator.comparingInt(Place::depth)
                .thenComparing(Comparator.comparing(Place::domain).reversed());

        static Place of(Phase phase) {
            return new Place(phase.depth(), phase.domain());
        }
    }

    private Region region(Place place, List<Member> members) {
        Stage[] stages = new Stage[members.size()];
        List<Grid> grids = new ArrayList<>();
        for (int tensor = 0; tensor < stages.length; tensor++) {
            Member member = members.get(tensor);
            Group group = member.group();
            Grid grid = Grid.NONE;
            for (int phase = 0; phase < group.phases.size(); phase++) {
                if (Place.of(group.phases.get(phase)).equals(place)) {
                    grid = group.byRows
                            ? Grid.byRows(place.domain, member.shape())
                            : Grid.flat(member.shape().size());
                    stages[tensor] = new Stage(operands.get(tensor), phase, group.kernels.get(phase), grid);
                }
            }
            grids.add(grid);
        }
        return new Region(place.depth == Phase.LAST, Tiles.of(grids), stages);
    }

    /**
     * Points a slot of a tensor at other memory of the same size.
     *
     * @param tensor the tensor's number
     * @param slot the slot
     * @param memory its memory from now on
     */
    public void rebind(int tensor, Slot slot, MemorySegment memory) {
        for (Region region : regions) {
            Stage stage = region.stages[tensor];
            if (stage != null) {
                stage.rebind(slot, memory);
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
        for (Scratch own : scratch) {
            own.reset();
        }
        allSums.clear();
        boolean writing = false;
        for (int i = 0; i < regions.size(); i++) {
            current = regions.get(i);
            if (current.writes && !writing) {
                if (!gate.getAsBoolean()) {
                    return false;
                }
                writing = true;
            }
            evaluateScalars(steps);
            workers.run(job, current.tiles.items());
            if (!writing) {
                addUp();
            }
        }
        if (!writing && !gate.getAsBoolean()) {
            return false;
        }
        for (int tensor = 0; tensor < active.length; tensor++) {
            if (active[tensor]) {
                operands.get(tensor).setStates(steps[tensor]);
            }
        }
        return true;
    }

    private void evaluateScalars(long[] steps) {
        Stage previous = null;
        long previousStep = 0;
        for (int tensor = 0; tensor < current.stages.length; tensor++) {
            Stage stage = current.stages[tensor];
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
            stage.evaluateScalars(steps[tensor]);
            previous = stage;
            previousStep = steps[tensor];
        }
    }

    private void runItems(int first, int end, int worker) {
        Tiles tiles = current.tiles;
        int last = tiles.firstOfItem(end);
        int tile = tiles.firstOfItem(first);
        while (tile < last) {
            int tensor = tiles.tensorOf(tile);
            int endOfTensor = Math.min(last, tiles.firstOfTensor(tensor + 1));
            Stage stage = current.stages[tensor];
            if (stage != null && active[tensor]) {
                tile = stage.run(tiles, tile, endOfTensor, partials, tile * sumsOfTile, scratch[worker]);
            } else {
                tile = endOfTensor;
            }
        }
    }

    /** Adds the tiles' sums in index order. */
    private void addUp() {
        Tiles tiles = current.tiles;
        for (int tensor = 0; tensor < current.stages.length; tensor++) {
            Stage stage = current.stages[tensor];
            if (stage == null || !active[tensor]) {
                continue;
            }
            for (int i = 0; i < stage.bound.sums.length; i++) {
                int index = stage.bound.sums[i];
                switch (stage.bound.over[i]) {
                    case ROW -> stage.addUpRows(i);
                    case MATRIX -> {
                        double[] sums = stage.operand.matrixSums[index];
                        int tile = tiles.firstOfTensor(tensor);
                        for (int matrix = 0; matrix < sums.length; matrix++) {
                            int end = tile + (int) stage.grid.strips();
                            sums[matrix] = sumOfTiles(tile, end, i);
                            tile = end;
                        }
                    }
                    case TENSOR -> stage.operand.tensorSums[index] = sumOfTensor(tensor, i);
                    case ALL -> allSums.add(index, sumOfTensor(tensor, i));
                    case COLUMN, ELEMENT -> throw new AssertionError("not a sum of the code");
                }
            }
            stage.addUpColumns();
        }
    }

    private double sumOfTensor(int tensor, int sum) {
        return sumOfTiles(current.tiles.firstOfTensor(tensor), current.tiles.firstOfTensor(tensor + 1), sum);
    }

    private double sumOfTiles(int first, int end, int sum) {
        double total = 0;
        for (int tile = first; tile < end; tile++) {
            total += partials[tile * sumsOfTile + sum];
        }
        return total;
    }

    /**
     * A scalar that the programs show.
     *
     * @param name its name
     * @return its value in the last step, NaN if no program shows it
     */
    public double observed(String name) {
        for (int i = 0; i < observed.size(); i++) {
            Binding.Observed candidate = observed.get(i);
            if (candidate.name().equals(name)) {
                return candidate.value().evaluate(candidate.clock());
            }
        }
        return Double.NaN;
    }
}
