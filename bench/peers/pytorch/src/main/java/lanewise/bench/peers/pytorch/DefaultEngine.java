package lanewise.bench.peers.pytorch;

import static lanewise.bench.speed.Workload.LEARNING_RATE;

import lanewise.bench.speed.Workload;
import lanewise.rule.AdaGrad;
import lanewise.rule.Adam;
import lanewise.rule.AdamW;
import lanewise.rule.RmsProp;
import lanewise.rule.Rule;
import lanewise.rule.Sgd;
import org.bytedeco.pytorch.Adagrad;
import org.bytedeco.pytorch.AdagradOptions;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;

/**
 * The optimizers of {@code torch::optim} with their defaults, which are Lanewise's. Rules that only Python's {@code
 * torch.optim} has are composed of the same operations as there, by {@link Composed}.
 */
public final class DefaultEngine extends PyTorchEngine {
    /** Made by {@link java.util.ServiceLoader}. */
    public DefaultEngine() {}

    @Override
    public String name() {
        return "pytorch-default";
    }

    @Override
    boolean has(Rule rule) {
        return isClass(rule) || Composed.has(rule);
    }

    @Override
    String kind() {
        return "C++ optimizer";
    }

    @Override
    Runnable update(Rule rule, Tensors tensors) {
        if (!isClass(rule)) {
            return Composed.update(rule, tensors);
        }
        Optimizer optimizer = optimizer(rule, tensors.parameters());
        // What it returns is the loss, without a closure no tensor at all.
        return () -> optimizer.step().close();
    }

    @Override
    Runnable average(Tensors tensors) {
        TensorVector averages = tensors.copies();
        TensorVector parameters = tensors.parameters();
        Scalar weight = new Scalar(1 - Workload.AVERAGE_DECAY);
        return () -> {
            for (long i = 0; i < averages.size(); i++) {
                averages.get(i).lerp_(parameters.get(i), weight);
            }
        };
    }

    private static boolean isClass(Rule rule) {
        return rule instanceof AdamW
                || rule instanceof Adam
                || rule instanceof Sgd
                || rule instanceof AdaGrad
                || rule instanceof RmsProp;
    }

    private static Optimizer optimizer(Rule rule, TensorVector parameters) {
        return switch (rule) {
            case AdamW _ -> new org.bytedeco.pytorch.AdamW(parameters, new AdamWOptions(LEARNING_RATE));
            case Adam adam -> {
                AdamOptions options = new AdamOptions(LEARNING_RATE);
                options.amsgrad().put(adam.amsgrad());
                yield new org.bytedeco.pytorch.Adam(parameters, options);
            }
            case Sgd sgd -> {
                SGDOptions options = new SGDOptions(LEARNING_RATE);
                options.momentum().put(sgd.momentum());
                options.nesterov().put(sgd.nesterov());
                yield new SGD(parameters, options);
            }
            case AdaGrad _ -> new Adagrad(parameters, new AdagradOptions(LEARNING_RATE));
            case RmsProp _ -> new RMSprop(parameters, new RMSpropOptions(LEARNING_RATE));
            default -> throw new IllegalArgumentException("no class for " + rule);
        };
    }
}
