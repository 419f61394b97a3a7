package lanewise.bench.peers.pytorch;

import static lanewise.bench.speed.Workload.LEARNING_RATE;

import java.util.ArrayList;
import java.util.List;
import lanewise.rule.Adadelta;
import lanewise.rule.Adamax;
import lanewise.rule.Lion;
import lanewise.rule.NAdam;
import lanewise.rule.RAdam;
import lanewise.rule.Rule;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Updates of one tensor after another, of the tensor operations that {@code torch.optim} composes them of with {@code
 * foreach=False}, and Lion's of those in its authors' code. As in {@code torch::optim}, the step is counted outside
 * PyTorch, which saves an operation for each tensor.
 */
final class Composed {
    private Composed() {}

    /** A step of one tensor. */
    private interface Update {
        /**
         * Takes it.
         *
         * @param t which it is, from 1
         */
        void step(long t);
    }

    /**
     * Whether a rule is composed here.
     *
     * @param rule what to step
     * @return whether {@link #update} takes it
     */
    static boolean has(Rule rule) {
        return rule instanceof Adadelta
                || rule instanceof Adamax
                || rule instanceof NAdam
                || rule instanceof RAdam
                || rule instanceof Lion;
    }

    /**
     * Prepares the update of all tensors.
     *
     * @param rule with its options
     * @param tensors what it steps
     * @return what carries it out
     */
    static Runnable update(Rule rule, Tensors tensors) {
        List<Update> updates = new ArrayList<>();
        for (long i = 0; i < tensors.parameters().size(); i++) {
            updates.add(update(
                    rule, tensors.parameters().get(i), tensors.gradients().get(i)));
        }
        return new Runnable() {
            private long steps;

            @Override
            public void run() {
                steps++;
                for (Update update : updates) {
                    // Frees what an update allocates before the next one begins.
                    try (PointerScope _ = new PointerScope()) {
                        new NoGradGuard();
                        update.step(steps);
                    }
                }
            }
        };
    }

    private static Update update(Rule rule, Tensor theta, Tensor g) {
        return switch (rule) {
            case Adadelta adadelta -> adadelta(adadelta, theta, g);
            case Adamax adamax -> adamax(adamax, theta, g);
            case NAdam nadam -> nadam(nadam, theta, g);
            case RAdam radam -> radam(radam, theta, g);
            case Lion lion -> lion(lion, theta, g);
            default -> throw new IllegalArgumentException("no composition for " + rule);
        };
    }

    private static Update adadelta(Adadelta rule, Tensor theta, Tensor g) {
        Tensor s = torch.zeros_like(theta);
        Tensor u = torch.zeros_like(theta);
        Scalar rho = new Scalar(rule.rho());
        Scalar rest = new Scalar(1 - rule.rho());
        Scalar epsilon = new Scalar(rule.epsilon());
        Scalar minusRate = new Scalar(-LEARNING_RATE);
        return _ -> {
            s.mul_(rho).addcmul_(g, g, rest);
            Tensor root = s.add(epsilon).sqrt_();
            Tensor d = u.add(epsilon).sqrt_();
            d.div_(root).mul_(g);
            u.mul_(rho).addcmul_(d, d, rest);
            theta.add_(d, minusRate);
        };
    }

    private static Update adamax(Adamax rule, Tensor theta, Tensor g) {
        Tensor m = torch.zeros_like(theta);
        Tensor u = torch.zeros_like(theta);
        Scalar rest1 = new Scalar(1 - rule.beta1());
        Scalar beta2 = new Scalar(rule.beta2());
        Scalar epsilon = new Scalar(rule.epsilon());
        return t -> {
            m.lerp_(g, rest1);
            torch.maximum_out(u, u.mul_(beta2), g.abs().add_(epsilon));
            theta.addcdiv_(m, u, new Scalar(-LEARNING_RATE / (1 - Math.pow(rule.beta1(), t))));
        };
    }

    private static Update nadam(NAdam rule, Tensor theta, Tensor g) {
        Tensor m = torch.zeros_like(theta);
        Tensor v = torch.zeros_like(theta);
        Scalar rest1 = new Scalar(1 - rule.beta1());
        Scalar beta2 = new Scalar(rule.beta2());
        Scalar rest2 = new Scalar(1 - rule.beta2());
        Scalar epsilon = new Scalar(rule.epsilon());
        return new Update() {
            private double product = 1;

            @Override
            public void step(long t) {
                double mu = mu(t);
                double next = mu(t + 1);
                product *= mu;
                m.lerp_(g, rest1);
                v.mul_(beta2).addcmul_(g, g, rest2);
                Tensor root = v.div(new Scalar(1 - Math.pow(rule.beta2(), t))).sqrt();
                root.add_(epsilon);
                theta.addcdiv_(g, root, new Scalar(-LEARNING_RATE * (1 - mu) / (1 - product)));
                theta.addcdiv_(m, root, new Scalar(-LEARNING_RATE * next / (1 - product * next)));
            }

            private double mu(long t) {
                return rule.beta1() * (1 - 0.5 * Math.pow(0.96, t * rule.momentumDecay()));
            }
        };
    }

    private static Update radam(RAdam rule, Tensor theta, Tensor g) {
        Tensor m = torch.zeros_like(theta);
        Tensor v = torch.zeros_like(theta);
        Scalar rest1 = new Scalar(1 - rule.beta1());
        Scalar beta2 = new Scalar(rule.beta2());
        Scalar rest2 = new Scalar(1 - rule.beta2());
        Scalar epsilon = new Scalar(rule.epsilon());
        Scalar rate = new Scalar(LEARNING_RATE);
        Scalar minusOne = new Scalar(-1.0);
        double limit = 2 / (1 - rule.beta2()) - 1;
        return t -> {
            double decayed = Math.pow(rule.beta2(), t);
            double rho = limit - 2 * t * decayed / (1 - decayed);
            m.lerp_(g, rest1);
            v.mul_(beta2).addcmul_(g, g, rest2);
            Tensor step = m.div(new Scalar(1 - Math.pow(rule.beta1(), t))).mul(rate);
            if (rho > 5) {
                double r = Math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho));
                Tensor adapted = v.sqrt().add_(epsilon).reciprocal().mul(new Scalar(Math.sqrt(1 - decayed)));
                theta.add_(step.mul(adapted).mul(new Scalar(r)), minusOne);
            } else {
                theta.add_(step, minusOne);
            }
        };
    }

    /** Without the decay, whose rate is 0. */
    private static Update lion(Lion rule, Tensor theta, Tensor g) {
        Tensor m = torch.zeros_like(theta);
        Scalar beta1 = new Scalar(rule.beta1());
        Scalar rest1 = new Scalar(1 - rule.beta1());
        Scalar beta2 = new Scalar(rule.beta2());
        Scalar rest2 = new Scalar(1 - rule.beta2());
        Scalar minusRate = new Scalar(-LEARNING_RATE);
        return _ -> {
            Tensor c = m.mul(beta1).add(g.mul(rest1));
            theta.add_(c.sign_(), minusRate);
            m.mul_(beta2).add_(g, rest2);
        };
    }
}
