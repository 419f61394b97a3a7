package lanewise.bench.speed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import lanewise.bench.RuleCatalog;
import lanewise.buffer.Tensor;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;
import lanewise.program.Clock;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Slot;

/** The passes of a workload's programs as bare loops with no engine around them: roofs, and loops in C. */
final class Loops implements Engine.Stepper {
    /** A loop over memory. */
    @FunctionalInterface
    interface Loop {
        void run(int member, long from, long to);
    }

    /** Makes loops. */
    @FunctionalInterface
    interface Compiler {
        /**
         * A loop that is ready to run.
         *
         * @param streams what the streams of the code are
         * @param scalars native floats, set before the loop runs
         */
        Loop compile(Code code, List<Stream> streams, MemorySegment scalars, Arena arena) throws Exception;
    }

    /**
     * A stream of floats, of which a loop over n elements takes as many as the narrowest of its planes has bytes for: a
     * plane of wider elements makes several streams, which lie one behind the other.
     *
     * @param memory of the plane
     * @param dtype of its elements
     * @param part which of its streams this is
     */
    record Stream(MemorySegment memory, DType dtype, int part) {
        /** The float in which an element lies. */
        long floatOf(long element) {
            return element * dtype.bytes() / Float.BYTES;
        }
    }

    /** Where a stream comes from. */
    record Source(Slot slot, int plane, DType dtype, int part) {}

    /** What a loop does for each element, or for each float of its narrowest plane. */
    record Body(Code code, List<Source> streams, List<Expr> scalars, Map<Slot, Expr> ofTensor) {}

    /** The memory of a slot, or of a part of it that is kept apart. */
    private record Plane(Slot slot, int number) {}

    /**
     * A loop over a tensor.
     *
     * @param values of the scalars, native floats
     * @param states of the tensor as a whole
     */
    private record Pass(Loop loop, Body body, MemorySegment values, Map<Slot, Double> states) {}

    /** Passes that may run side by side: the same phase of all tensors. */
    private static final class Round {
        final List<Pass> passes = new ArrayList<>();
        long[] ends = {};

        void add(Pass pass, long size) {
            passes.add(pass);
            ends = Arrays.copyOf(ends, ends.length + 1);
            ends[ends.length - 1] = size + (ends.length == 1 ? 0 : ends[ends.length - 2]);
        }

        void run(int member, int pass, long from, long to) {
            passes.get(pass).loop.run(member, from, to);
        }
    }

    /** What the scalars of a program of one pass depend on. */
    private record Moment(long step, double weightDecay) implements Clock {
        @Override
        public double learningRate() {
            return Workload.LEARNING_RATE;
        }

        @Override
        public double gradientScale() {
            return 1;
        }

        @Override
        public long elements() {
            throw new UnsupportedOperationException("no bare loop depends on a tensor's size");
        }
    }

    /** The step whose scalars are kept: far from the first, in which some rules do less. */
    private static final long LATE = 1000;

    private final Arena arena = Arena.ofShared();
    private final Team team;
    private final double weightDecay;
    private final List<Round> rounds = new ArrayList<>();
    private long step;

    private Loops(Workload workload) {
        team = new Team(workload.threads());
        weightDecay =
                RuleCatalog.of(workload.rule()).defaults().get().weightDecay().rate();
    }

    /** The same loads and stores, and little else. */
    static Loops roofs(
            Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients, Compiler compiler)
            throws Exception {
        return of(workload, parameters, gradients, compiler, true);
    }

    /** The loops of programs of a single pass, without the flush of subnormals, which nobody writes. */
    static Loops plain(
            Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients, Compiler compiler)
            throws Exception {
        return of(workload, parameters, gradients, compiler, false);
    }

    private static Loops of(
            Workload workload,
            List<MemorySegment> parameters,
            List<MemorySegment> gradients,
            Compiler compiler,
            boolean roofs)
            throws Exception {
        Loops loops = new Loops(workload);
        try {
            loops.add(workload, parameters, gradients, compiler, roofs);
        } catch (Exception | Error e) {
            loops.close();
            throw e;
        }
        return loops;
    }

    private void add(
            Workload workload,
            List<MemorySegment> parameters,
            List<MemorySegment> gradients,
            Compiler compiler,
            boolean roofs)
            throws Exception {
        Map<Plane, List<Tensor>> states = new LinkedHashMap<>();
        Map<List<Long>, List<Body>> bodiesOfShape = new HashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            List<Long> shape = workload.shapes().get(i);
            if (!bodiesOfShape.containsKey(shape)) {
                bodiesOfShape.put(shape, bodies(workload, shape, roofs));
            }
            List<Body> bodies = bodiesOfShape.getOrDefault(shape, List.of());
            for (int phase = 0; phase < bodies.size(); phase++) {
                Body body = bodies.get(phase);
                List<Stream> streams = new ArrayList<>();
                for (Source source : body.streams()) {
                    Plane plane = new Plane(source.slot(), source.plane());
                    MemorySegment memory;
                    if (plane.equals(new Plane(Slot.PARAMETER, 0))) {
                        memory = parameters.get(i);
                    } else if (source.slot().equals(Slot.GRADIENT)) {
                        memory = gradients.get(i);
                    } else {
                        // Staggered as the engine's are.
                        memory = states.computeIfAbsent(
                                        plane,
                                        _ -> Tensor.allocateTogether(
                                                arena, source.dtype(), 2 + states.size(), workload.shapeArrays()))
                                .get(i)
                                .segment();
                    }
                    streams.add(new Stream(memory, source.dtype(), source.part()));
                }
                MemorySegment scalars =
                        arena.allocate(ValueLayout.JAVA_FLOAT, body.scalars().size() + 1L);
                if (rounds.size() == phase) {
                    rounds.add(new Round());
                }
                Loop loop = compiler.compile(body.code(), streams, scalars, arena);
                rounds.get(phase).add(new Pass(loop, body, scalars, new HashMap<>()), Workload.size(shape));
            }
        }
    }

    /** What is done in each pass over a tensor; loops that are no roofs are of fp32. */
    static List<Body> bodies(Workload workload, List<Long> shape, boolean roofs) {
        Program program = workload.program(shape, roofs);
        return workload.phases(shape, roofs).stream()
                .map(phase -> roofs
                        ? roof(phase)
                        : new Body(
                                phase.code(),
                                phase.streams().stream()
                                        .map(slot -> new Source(slot, 0, DType.FLOAT32, 0))
                                        .toList(),
                                phase.scalars(),
                                setsOfTensor(program)))
                .filter(body -> !body.streams().isEmpty())
                .toList();
    }

    private static Map<Slot, Expr> setsOfTensor(Program program) {
        Map<Slot, Expr> sets = new LinkedHashMap<>();
        program.statements().forEach(statement -> {
            if (statement instanceof Program.Statement.Set(Slot slot, Expr value) && slot.extent() == Extent.TENSOR) {
                sets.put(slot, value);
            }
        });
        return sets;
    }

    /**
     * What rows and columns have stays in caches, so only what elements have is loaded and stored: all of it as floats,
     * in as many bytes. The scales of blocks are left out, as they are in {@link lanewise.program.Traffic}.
     */
    private static Body roof(Phase phase) {
        Code code = phase.code();
        int[] ofElements = IntStream.range(0, code.streams())
                .filter(stream -> phase.streams().get(stream).extent() == Extent.ELEMENT)
                .toArray();
        int narrowest = IntStream.of(ofElements)
                .boxed()
                .flatMap(stream -> code.storages().get(stream).planes().stream())
                .mapToInt(DType::bytes)
                .min()
                .orElse(Float.BYTES);
        List<Source> streams = new ArrayList<>();
        List<Code.Node> nodes = new ArrayList<>();
        List<Integer> stored = new ArrayList<>();
        for (int stream : ofElements) {
            Storage storage = code.storages().get(stream);
            for (int plane = 0; plane < storage.planes().size(); plane++) {
                DType dtype = storage.planes().get(plane);
                for (int part = 0; part < dtype.bytes() / narrowest; part++) {
                    if (code.stores(stream)) {
                        stored.add(streams.size());
                    }
                    if (code.loads(stream) && storage.reads(plane)) {
                        nodes.add(new Code.Node.Load(streams.size()));
                    }
                    streams.add(new Source(phase.streams().get(stream), plane, dtype, part));
                }
            }
        }
        int loads = nodes.size();
        int sum = 0;
        for (int load = 1; load < loads; load++) {
            nodes.add(new Code.Node.Compute(Op.ADD, List.of(sum, load)));
            sum = nodes.size() - 1;
        }
        int value = sum;
        List<Code.Store> stores =
                stored.stream().map(stream -> new Code.Store(stream, value)).toList();
        return new Body(
                new Code(streams.size(), 0, nodes, stores, stores.isEmpty() ? List.of(value) : List.of()),
                streams,
                List.of(),
                Map.of());
    }

    /** Scalars are worked out while answers are checked, and once more: from then on the loops alone are timed. */
    @Override
    public void step() {
        step++;
        if (step <= Answers.STEPS + 1) {
            long of = step <= Answers.STEPS ? step : LATE;
            rounds.forEach(round -> round.passes.forEach(pass -> evaluateScalars(pass, of)));
        }
        for (int i = 0; i < rounds.size(); i++) {
            Round round = rounds.get(i);
            team.run(round.ends, round::run);
        }
    }

    private void evaluateScalars(Pass pass, long of) {
        Clock now = new Moment(of, weightDecay);
        for (int i = 0; i < pass.body.scalars().size(); i++) {
            pass.values.setAtIndex(
                    ValueLayout.JAVA_FLOAT, i, (float) value(pass.body.scalars().get(i), pass, now));
        }
        Map<Slot, Double> next = new HashMap<>();
        pass.body.ofTensor().forEach((slot, value) -> next.put(slot, value(value, pass, now)));
        pass.states.putAll(next);
    }

    private static double value(Expr scalar, Pass pass, Clock now) {
        return scalar.rewrite(expr -> expr instanceof Expr.Read(Slot slot)
                        ? Expr.constant(pass.states.getOrDefault(slot, slot.initial()))
                        : expr)
                .evaluate(now);
    }

    @Override
    public void close() {
        team.close();
        arena.close();
    }
}
