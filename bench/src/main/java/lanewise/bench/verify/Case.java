package lanewise.bench.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import lanewise.bench.Mix;
import lanewise.conformance.ExtraCases;
import lanewise.dtype.Storage;
import lanewise.program.Extras;
import lanewise.program.Program;
import lanewise.program.Slot;
import lanewise.rule.Rule;

/**
 * A program that is tried: that of a rule's step, of its Hessian update or of its evaluation weights.
 *
 * @param variant the rule
 * @param part which program of it
 * @param extras the key of the extras
 * @param mix in which precisions
 * @param storages how its slots are kept so
 * @param program the program
 */
record Case(Variant variant, String part, String extras, Mix mix, Function<Slot, Storage> storages, Program program) {
    static final String ALONE = "alone";
    static final String EVERYTHING = "everything";

    /** The programs of a rule with extras, but those that can't be kept so. */
    static List<Case> of(Variant variant, String extrasKey, Mix mix) {
        Extras extras = extras(extrasKey);
        List<Case> cases = new ArrayList<>();
        for (Rule form : variant.forms()) {
            if (mix.objection(form).isPresent()) {
                continue;
            }
            Function<Slot, Storage> storages = mix.storages(form);
            String which = form.equals(variant.rule()) ? "" : " of matrices";
            cases.add(new Case(variant, "step" + which, extrasKey, mix, storages, extras.applyTo(form.program())));
            if (!form.hessianUpdate().equals(Program.empty())) {
                Program update = extras.ofHessian().applyTo(form.hessianUpdate());
                cases.add(new Case(variant, "Hessian" + which, extrasKey, mix, storages, update));
            }
            // A rule with evaluation weights of its own is refused an average beside.
            boolean both = !form.evaluation().equals(Program.empty())
                    && extras.average().isPresent();
            Program evaluation = both ? Program.empty() : extras.evaluation(form.evaluation());
            if (!evaluation.equals(Program.empty())) {
                cases.add(new Case(variant, "evaluation" + which, extrasKey, mix, storages, evaluation));
            }
        }
        return cases;
    }

    /** Micro-batches add up the same way for all rules. */
    static Case accumulation(Variant variant, Mix mix) {
        return new Case(variant, "accumulation", EVERYTHING, mix, mix.storages(variant.rule()), Extras.accumulation());
    }

    /** The keys of all extras, such as {@code clipped-by-norm}. */
    static List<String> extrasKeys() {
        return ExtraCases.all().keySet().stream().map(Case::key).toList();
    }

    private static Extras extras(String key) {
        return ExtraCases.all().entrySet().stream()
                .filter(extras -> key(extras.getKey()).equals(key))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "--extras must be one of " + String.join(", ", extrasKeys()) + ", got " + key));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace(",", "").replace(' ', '-');
    }

    String name() {
        return variant.name() + " (" + part + ", " + extras + (mix == Mix.FP32 ? "" : ", " + mix) + ")";
    }

    /** Of the data, so that each case has its own. */
    long seed(long seed) {
        return 31 * seed + name().hashCode();
    }
}
