package lanewise.bench.peers.pytorch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lanewise.bench.Mix;
import lanewise.bench.RuleCatalog;
import lanewise.bench.speed.Engine;
import lanewise.bench.speed.Workload;
import lanewise.bench.speed.Workload.Task;
import lanewise.rule.Rule;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** What the engines share: the library, the memory, and clipping, the update and the average in their order. */
abstract class PyTorchEngine implements Engine {
    /**
     * Whether PyTorch has such an update of this kind.
     *
     * @param rule what to step
     * @return whether {@link #update} takes it
     */
    abstract boolean has(Rule rule);

    /**
     * What kind of update this is.
     *
     * @return as in "PyTorch has no fused CPU kernel for lion"
     */
    abstract String kind();

    /**
     * Prepares the update of all tensors.
     *
     * @param rule with its options
     * @param tensors what it steps
     * @return what carries it out
     */
    abstract Runnable update(Rule rule, Tensors tensors);

    /**
     * Prepares the moving average of all tensors.
     *
     * @param tensors the parameters and their averages
     * @return what carries it out
     */
    abstract Runnable average(Tensors tensors);

    @Override
    public final @Nullable String unableBecause(Workload workload) {
        if (!has(workload.mix())) {
            return "PyTorch keeps parameters, gradients and states alike, here in fp32 or in bf16";
        }
        return has(ruleOf(workload)) ? null : "PyTorch has no " + kind() + " for " + workload.rule();
    }

    @Override
    public final Stepper prepare(Workload workload, List<MemorySegment> parameters, List<MemorySegment> gradients) {
        load();
        torch.set_num_threads(workload.threads());
        boolean clips = workload.task() == Task.CLIP_AND_AVERAGE;
        // Whatever is made here belongs to the scope, which lives until the stepper is closed.
        try (PointerScope scope = new PointerScope()) {
            torch.ScalarType type = workload.mix() == Mix.FP32 ? torch.ScalarType.Float : torch.ScalarType.BFloat16;
            Tensors tensors = new Tensors(workload.shapes(), parameters, gradients, type, clips);
            Runnable update = update(ruleOf(workload), tensors);
            Stepper stepper =
                    clips ? new ClippedAndAveraged(scope, tensors, update, average(tensors)) : new Plain(scope, update);
            scope.extend();
            return stepper;
        }
    }

    /** All is kept in one type; what PyTorch stores in bf16 it rounds to the nearest, whatever the remedy. */
    private static boolean has(Mix mix) {
        return mix == Mix.FP32 || mix == Mix.PLAIN_BF16 || mix == Mix.STOCHASTIC;
    }

    private static Rule ruleOf(Workload workload) {
        return RuleCatalog.of(workload.rule()).defaults().get();
    }

    /** JavaCPP reads its properties when its first class is initialized. */
    private static void load() {
        String cache = System.getProperty(CACHE_PROPERTY);
        if (cache != null) {
            System.setProperty("org.bytedeco.javacpp.cachedir", cache);
        }
        // Otherwise no more than four times the Java heap, which the workloads do not depend on.
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        Loader.load(torch.class);
    }

    private record Plain(PointerScope scope, Runnable update) implements Stepper {
        @Override
        public void step() {
            update.run();
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    private record ClippedAndAveraged(PointerScope scope, Tensors tensors, Runnable update, Runnable average)
            implements Stepper {
        @Override
        public void step() {
            torch.clip_grad_norm_(tensors.parameters(), Workload.MAX_NORM);
            update.run();
            average.run();
        }

        @Override
        public void takeGradients() {
            tensors.takeGradients();
        }

        @Override
        public void close() {
            scope.close();
        }
    }
}
