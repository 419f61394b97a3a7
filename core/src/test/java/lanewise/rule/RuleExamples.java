package lanewise.rule;

import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.schedule.Schedule;

/** The examples in the Javadoc of the rules; {@link RuleExamplesTest} runs them all. */
final class RuleExamples {

    private RuleExamples() {}

    static Optimizer sgd(Parameters parameters) {
        // @start region="sgd"
        Optimizer optimizer = Optimizer.builder(
                        parameters, new Sgd().momentum(0.9).nesterov(true))
                .learningRate(0.1)
                .weightDecay(5e-4)
                .build();
        // @end
        return optimizer;
    }

    static Optimizer adagrad(Parameters parameters) {
        // @start region="adagrad"
        Optimizer optimizer = Optimizer.builder(parameters, new AdaGrad().initial(0.1))
                .learningRate(0.05)
                .build();
        // @end
        return optimizer;
    }

    static Optimizer rmsprop(Parameters parameters) {
        // @start region="rmsprop"
        Optimizer optimizer = Optimizer.builder(
                        parameters, new RmsProp().alpha(0.9).momentum(0.9).centered(true))
                .learningRate(1e-3)
                .build();
        // @end
        return optimizer;
    }

    static Optimizer adadelta(Parameters parameters) {
        // @start region="adadelta"
        Optimizer optimizer =
                Optimizer.builder(parameters, new Adadelta().rho(0.95)).build(); // η stays 1
        // @end
        return optimizer;
    }

    static Optimizer adam(Parameters parameters) {
        // @start region="adam"
        Optimizer optimizer = Optimizer.builder(parameters, new Adam().betas(0.5, 0.999))
                .learningRate(2e-4)
                .build();
        // @end
        return optimizer;
    }

    static Optimizer adamw(Parameters parameters) {
        // @start region="adamw"
        Optimizer optimizer = Optimizer.builder(parameters, new AdamW().betas(0.9, 0.95))
                .learningRate(Schedule.cosine(3e-4, 3e-5, 10_000).withWarmup(200))
                .weightDecay(0.1)
                .group("*.bias", group -> group.weightDecay(0))
                .clipGlobalNorm(1)
                .build();
        // @end
        return optimizer;
    }

    static Optimizer adamax(Parameters parameters) {
        // @start region="adamax"
        Optimizer optimizer = Optimizer.builder(parameters, new Adamax()).build(); // η is 2e-3
        // @end
        return optimizer;
    }

    static Optimizer nadam(Parameters parameters) {
        // @start region="nadam"
        Optimizer optimizer = Optimizer.builder(parameters, new NAdam())
                .weightDecay(WeightDecay.decoupled(0.01)) // NAdamW
                .build();
        // @end
        return optimizer;
    }

    static Optimizer radam(Parameters parameters) {
        // @start region="radam"
        Optimizer optimizer = Optimizer.builder(parameters, new RAdam())
                .learningRate(1e-3) // needs no warm-up
                .build();
        // @end
        return optimizer;
    }

    static Optimizer lion(Parameters parameters) {
        // @start region="lion"
        Optimizer optimizer = Optimizer.builder(parameters, new Lion())
                .learningRate(1e-4)
                .weightDecay(0.3)
                .build();
        // @end
        return optimizer;
    }

    static Optimizer signum(Parameters parameters) {
        // @start region="signum"
        Optimizer optimizer = Optimizer.builder(parameters, new Signum(0.9))
                .learningRate(1e-4)
                .build();
        // @end
        return optimizer;
    }

    static Optimizer lars(Parameters parameters) {
        // @start region="lars"
        Optimizer optimizer = Optimizer.builder(parameters, new Lars())
                .learningRate(Schedule.polynomial(7, 0, 10_000, 2).withWarmup(500))
                .weightDecay(5e-5)
                .group("*.bias", group -> group.weightDecay(0)) // plain momentum
                .build();
        // @end
        return optimizer;
    }

    static Optimizer lamb(Parameters parameters) {
        // @start region="lamb"
        Optimizer optimizer = Optimizer.builder(parameters, new Lamb())
                .learningRate(Schedule.polynomial(6e-3, 0, 10_000, 1).withWarmup(1000))
                .group("*.bias", group -> group.weightDecay(0))
                .clipGlobalNorm(1)
                .build();
        // @end
        return optimizer;
    }

    static Optimizer adafactor(Parameters parameters) {
        // @start region="adafactor"
        Optimizer optimizer = Optimizer.builder(parameters, new Adafactor())
                .learningRate(1e-2) // the bound of 1/√t
                .build();
        // @end
        return optimizer;
    }

    static float sophia(Parameters parameters, Model model) {
        // @start region="sophia"
        try (Optimizer optimizer = Optimizer.builder(parameters, Sophia.g(model.samples()))
                .learningRate(Schedule.cosine(1e-2, 5e-4, 100).withWarmup(10))
                .clipGlobalNorm(1)
                .build()) {
            for (int step = 0; step < 100; step++) {
                model.backward();
                optimizer.step();
                if (step % 10 == 0) {
                    model.backwardOfSampledLabels(); // see lanewise.curvature
                    optimizer.updateHessian();
                }
            }
        }
        // @end
        return model.loss();
    }

    static float scheduleFreeSgd(Parameters parameters, Model model) {
        // @start region="schedule-free-sgd"
        try (Optimizer optimizer = Optimizer.builder(parameters, new ScheduleFreeSgd().warmup(20))
                .learningRate(0.5)
                .build()) {
            for (int step = 0; step < 100; step++) {
                model.backward();
                optimizer.step();
            }
            optimizer.eval(); // x is in place, to validate or to save
            float loss = model.loss();
            optimizer.train(); // y is back, for further steps
            return loss;
        }
        // @end
    }

    static float scheduleFreeAdamW(Parameters parameters, Model model) {
        // @start region="schedule-free-adamw"
        try (Optimizer optimizer = Optimizer.builder(parameters, new ScheduleFreeAdamW().warmup(20))
                .learningRate(2.5e-2)
                .weightDecay(0.01)
                .build()) {
            for (int step = 0; step < 100; step++) {
                model.backward();
                optimizer.step();
            }
            optimizer.eval(); // x is in place, to validate or to save
            float loss = model.loss();
            optimizer.train(); // y is back, for further steps
            return loss;
        }
        // @end
    }

    /** The caller's own, over the same parameters. */
    interface Model {
        /** How many samples the loss is the mean of. */
        int samples();

        /** Fills the gradients. */
        void backward();

        /** Fills them with those of a loss whose labels are drawn from the model. */
        void backwardOfSampledLabels();

        float loss();
    }
}
