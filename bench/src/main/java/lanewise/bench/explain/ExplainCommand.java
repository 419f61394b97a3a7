package lanewise.bench.explain;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import lanewise.BackendInfo;
import lanewise.bench.RuleCatalog;
import lanewise.bench.RuleKeys;
import lanewise.bench.RuleSettings;
import lanewise.program.Expr;
import lanewise.program.Extras;
import lanewise.program.Require;
import lanewise.program.Scalars;
import lanewise.rule.Rule;
import lanewise.rule.WeightDecay;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "lanewise explain <rule> [options]",
        description = {
            "Shows what a rule is made into: its formula, its memory, the scalars of a step, and the kernel as Java"
                    + " source.",
            "For example: lanewise explain adamw --set beta2=0.95 --clip-norm 1 --step 1000 --lanes 8"
        })
public final class ExplainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "<rule>",
            completionCandidates = RuleKeys.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private @Nullable String rule;

    @Option(
            names = "--set",
            paramLabel = "<name=value>",
            description = "An option of the rule, such as momentum=0.9, amsgrad=true or sgd.nesterov=true; may be"
                    + " repeated.")
    private List<String> settings = List.of();

    @Option(names = "--learning-rate", paramLabel = "<x>", description = "η; the rule's own by default.")
    private @Nullable Double learningRate;

    @Option(names = "--weight-decay", paramLabel = "<x>", description = "λ; the rule's own by default.")
    private @Nullable Double weightDecay;

    @Option(
            names = "--decay",
            paramLabel = "<where>",
            description = "Where weights decay: coupled (on the gradient), decoupled (on the parameter) or in-rule; the"
                    + " rule's own by default.")
    private @Nullable String decay;

    @Option(names = "--maximize", description = "Steps go up the gradient.")
    private boolean maximize;

    @Option(names = "--clip-value", paramLabel = "<x>", description = "Clips each element of the gradient.")
    private @Nullable Double clipValue;

    @Option(names = "--clip-norm", paramLabel = "<x>", description = "Clips the gradients' global norm.")
    private @Nullable Double clipNorm;

    @Option(
            names = "--accumulate",
            paramLabel = "<n>",
            defaultValue = "1",
            description = "Micro-batches whose gradients make one step; ${DEFAULT-VALUE} by default.")
    private int microBatches;

    @Option(names = "--check-finite", description = "Holds a step back whose gradients are not finite.")
    private boolean checkFinite;

    @Option(
            names = "--average",
            paramLabel = "<kind>",
            description = "A running average of the weights: ema:<decay>, debiased:<decay>, warmed-up:<decay>,"
                    + " counted:<decay> or uniform.")
    private @Nullable String average;

    @Option(names = "--no-flush", description = "Keeps subnormal states as they are.")
    private boolean keepSubnormals;

    @Option(
            names = "--shape",
            paramLabel = "<axes>",
            description = "The tensor whose program is shown, such as 4096 or 16x64x64; for a rule that treats matrices"
                    + " in its own way 4096x4096 by default.")
    private @Nullable String shape;

    @Option(
            names = "--program",
            paramLabel = "<which>",
            defaultValue = "step",
            description = "Whose memory, passes and kernel are shown: step, hessian (of updateHessian()) or evaluation"
                    + " (of eval()); ${DEFAULT-VALUE} by default.")
    private String program = "";

    @Option(
            names = "--step",
            paramLabel = "<t>",
            defaultValue = "1",
            description = "The step whose scalars are shown; ${DEFAULT-VALUE} by default.")
    private long step;

    @Option(
            names = "--backend",
            paramLabel = "<name>",
            defaultValue = "simd",
            description = "Whose kernel is shown, simd or scalar; ${DEFAULT-VALUE} by default.")
    private String backend = "";

    @Option(
            names = "--lanes",
            paramLabel = "<n>",
            description = "4, 8 or 16, on any machine; what suits this one by default.")
    private @Nullable Integer lanes;

    @Option(names = "--source", description = "Prints the Java source alone, to be saved and compiled.")
    private boolean sourceOnly;

    @Option(names = "--bytecode", description = "Shows the size and the disassembly of the emitted class too.")
    private boolean bytecode;

    /** Made by picocli. */
    public ExplainCommand() {}

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Explanation explanation;
        try {
            explanation = explanation();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        if (sourceOnly) {
            out.print(explanation.source().text());
        } else {
            explanation.print(out, bytecode);
        }
        out.flush();
        return 0;
    }

    private Explanation explanation() {
        if (rule == null) {
            throw new IllegalArgumentException("a rule is missing; there are " + RuleCatalog.keys());
        }
        RuleCatalog.Entry entry = RuleCatalog.of(rule);
        Rule changed = RuleSettings.with(entry.defaults().get(), settings);
        double rate =
                learningRate == null ? changed.learningRate() : Require.atLeast("--learning-rate", 0, learningRate);
        if (step < 1) {
            throw new IllegalArgumentException("--step must be at least 1, got " + step);
        }
        Require.atLeast("--accumulate", 1, microBatches);
        WeightDecay decay = decay(entry, changed);
        return new Explanation(
                entry,
                changed,
                decay,
                extras(decay),
                rate,
                microBatches,
                step,
                shape == null ? null : Axes.of(shape),
                Shown.of(program),
                backend,
                lanes());
    }

    private WeightDecay decay(RuleCatalog.Entry entry, Rule rule) {
        WeightDecay own = rule.weightDecay();
        Extras.Decay where = switch (decay) {
            case null -> own.where();
            case "coupled" -> Extras.Decay.COUPLED;
            case "decoupled" -> Extras.Decay.DECOUPLED;
            case "in-rule" -> Extras.Decay.IN_RULE;
            default ->
                throw new IllegalArgumentException("--decay must be coupled, decoupled or in-rule, got " + decay);
        };
        WeightDecay chosen = new WeightDecay(
                where, weightDecay == null ? own.rate() : Require.atLeast("--weight-decay", 0, weightDecay));
        if (decay != null && chosen.rate() == 0) {
            throw new IllegalArgumentException(
                    "--decay " + decay + " does nothing at rate 0; name one, such as --weight-decay 0.01");
        }
        boolean inRule = where == Extras.Decay.IN_RULE && chosen.rate() > 0;
        // A rule has λ in its programs for all shapes, or in none.
        if (inRule && rule.program().equals(rule.program().rewrite(ExplainCommand::withoutDecay))) {
            throw new IllegalArgumentException(entry.name()
                    + " has no λ in its own formula; weights decay with --decay coupled or --decay decoupled");
        }
        return chosen;
    }

    private static Expr withoutDecay(Expr expr) {
        return expr.equals(Scalars.WEIGHT_DECAY) ? Scalars.ONE : expr;
    }

    /** As the optimizer puts them together. */
    private Extras extras(WeightDecay decay) {
        return Extras.DEFAULT
                .decay(decay.actsOn())
                .maximize(maximize)
                .scaled(microBatches > 1)
                .accumulated(microBatches > 1)
                .clipValue(bound("--clip-value", clipValue))
                .clipNorm(bound("--clip-norm", clipNorm))
                .checkFinite(checkFinite)
                .average(Optional.ofNullable(average).map(AverageOption::of))
                .flushSubnormals(!keepSubnormals);
    }

    private static OptionalDouble bound(String option, @Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(Require.positive(option, value));
    }

    /** 1 for the scalar backend. */
    private int lanes() {
        boolean scalar = backend.equals("scalar");
        if (!scalar && !backend.equals("simd")) {
            throw new IllegalArgumentException("--backend must be simd or scalar, got " + backend);
        }
        if (lanes == null) {
            // Nothing is run here, so a machine without vectors can show them too.
            return scalar ? 1 : Math.max(BackendInfo.detect().lanes(), 4);
        }
        if (scalar) {
            throw new IllegalArgumentException("--lanes is for the simd backend, got --backend scalar too");
        }
        if (lanes != 4 && lanes != 8 && lanes != 16) {
            throw new IllegalArgumentException("--lanes must be 4, 8 or 16, got " + lanes);
        }
        return lanes;
    }
}
