package lanewise.bench.speed;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import lanewise.program.Average;
import lanewise.program.Extras;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Shape;
import lanewise.rule.Rule;

/**
 * What is stepped, the same for every engine: a rule with its default options at {@link #LEARNING_RATE} over tensors.
 *
 * @param rule its key, such as adamw
 * @param shapes of the tensors
 * @param threads how many compute, the caller counted
 * @param task what a step consists of
 * @param gradients what they are made of
 * @param mix how parameters, gradients and states are kept
 */
public record Workload(String rule, List<List<Long>> shapes, int threads, Task task, Gradients gradients, Mix mix) {
    /** The learning rate of all rules. */
    public static final double LEARNING_RATE = 1e-3;

    /** The norm that {@link Task#CLIP_AND_AVERAGE} clips to. */
    public static final double MAX_NORM = 1;

    /** The decay of its average: average = decay · average + (1 − decay) · θ, from θ's first value. */
    public static final double AVERAGE_DECAY = 0.999;

    /** What a step consists of. */
    public enum Task {
        /** The update alone. */
        STEP,
        /** The gradients clipped by their global norm, the update, and an exponential average of the parameters. */
        CLIP_AND_AVERAGE
    }

    /** What gradients are made of. */
    public enum Gradients {
        /** Of either sign and between 0.001 and 0.01. */
        ORDINARY,
        /** 1e-18 in the first step, 0 ever after: the moments decay to where numbers are subnormal. */
        VANISHING
    }

    /** Keeps copies. */
    public Workload {
        shapes = shapes.stream().map(List::copyOf).toList();
    }

    /**
     * One tensor with about as many rows as columns.
     *
     * @param rule its key
     * @param size a power of two
     * @param threads how many compute
     * @return the workload
     */
    public static Workload tensor(String rule, long size, int threads) {
        long rows = Long.highestOneBit((long) Math.sqrt(size));
        return of(rule, List.of(List.of(rows, size / rows)), threads);
    }

    /**
     * Many tensors of one size, each of one axis.
     *
     * @param rule its key
     * @param count how many
     * @param size elements of each
     * @param threads how many compute
     * @return the workload
     */
    public static Workload many(String rule, int count, long size, int threads) {
        return of(rule, Collections.nCopies(count, List.of(size)), threads);
    }

    /**
     * The ordinary step in fp32.
     *
     * @param rule its key
     * @param shapes of the tensors
     * @param threads how many compute
     * @return the workload
     */
    public static Workload of(String rule, List<List<Long>> shapes, int threads) {
        return new Workload(rule, shapes, threads, Task.STEP, Gradients.ORDINARY, Mix.FP32);
    }

    /** The same on another number of threads. */
    Workload withThreads(int count) {
        return new Workload(rule, shapes, count, task, gradients, mix);
    }

    /** The same with ordinary gradients. */
    Workload ordinary() {
        return new Workload(rule, shapes, threads, task, Gradients.ORDINARY, mix);
    }

    /**
     * The same with gradients that vanish.
     *
     * @return another workload
     */
    public Workload vanishing() {
        return new Workload(rule, shapes, threads, task, Gradients.VANISHING, mix);
    }

    /**
     * The same with clipping and an average.
     *
     * @return another workload
     */
    public Workload clippedAndAveraged() {
        return new Workload(rule, shapes, threads, Task.CLIP_AND_AVERAGE, gradients, mix);
    }

    /** The update alone. */
    Workload step() {
        return new Workload(rule, shapes, threads, Task.STEP, gradients, mix);
    }

    /**
     * The same in another precision.
     *
     * @param other how parameters, gradients and states are kept
     * @return another workload
     */
    public Workload in(Mix other) {
        return new Workload(rule, shapes, threads, task, gradients, other);
    }

    /**
     * All elements together.
     *
     * @return their number
     */
    public long parameters() {
        return shapes.stream().mapToLong(Workload::size).sum();
    }

    /**
     * The elements of a tensor.
     *
     * @param shape its shape
     * @return the product
     */
    public static long size(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }

    /** The shape of a tensor as the API takes it. */
    long[] shape(int tensor) {
        return shapes.get(tensor).stream().mapToLong(Long::longValue).toArray();
    }

    List<long[]> shapeArrays() {
        return IntStream.range(0, shapes.size()).mapToObj(this::shape).toList();
    }

    /** What happens to a tensor of a shape, as the optimizer puts rule and extras together. */
    Program program(List<Long> shape, boolean flushSubnormals) {
        long[] axes = shape.stream().mapToLong(Long::longValue).toArray();
        Rule ofShape = RuleCatalog.of(rule).defaults().get().forShape(Shape.of(axes));
        Extras extras = Extras.DEFAULT.decay(ofShape.weightDecay().actsOn()).flushSubnormals(flushSubnormals);
        if (task == Task.CLIP_AND_AVERAGE) {
            extras = extras.clipNorm(OptionalDouble.of(MAX_NORM)).average(Optional.of(Average.ema(AVERAGE_DECAY)));
        }
        return extras.applyTo(ofShape.program());
    }

    /** The passes over a tensor of a shape, its values kept as the mix has it. */
    List<Phase> phases(List<Long> shape, boolean flushSubnormals) {
        Program program = program(shape, flushSubnormals);
        return program.phases(mix.storages(program));
    }
}
