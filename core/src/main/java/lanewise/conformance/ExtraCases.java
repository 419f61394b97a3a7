package lanewise.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import lanewise.program.Average;
import lanewise.program.Extras;

/** Extras that change every program, each alone and all together: what rules are tried with. */
public final class ExtraCases {

    private ExtraCases() {}

    /**
     * The cases.
     *
     * @return extras by a name that says them; {@code alone} is a rule without any
     */
    public static Map<String, Extras> all() {
        OptionalDouble bound = OptionalDouble.of(0.5);
        Extras alone = Extras.DEFAULT;
        Extras everything = alone.maximize(true)
                .scaled(true)
                .accumulated(true)
                .clipValue(bound)
                .clipNorm(bound)
                .observeNorm(true);
        Map<String, Extras> extras = new LinkedHashMap<>();
        extras.put("alone", alone);
        extras.put("keeping subnormals", alone.flushSubnormals(false));
        extras.put("L2", alone.decay(Extras.Decay.COUPLED));
        extras.put("decoupled", alone.decay(Extras.Decay.DECOUPLED));
        extras.put("maximize", alone.maximize(true));
        extras.put("clipped by norm", alone.clipNorm(bound));
        extras.put("checked", alone.checkFinite(true));
        for (Average average : averages()) {
            extras.put("with " + average.kind(), alone.average(Optional.of(average)));
        }
        extras.put("everything", everything.decay(Extras.Decay.DECOUPLED).average(Optional.of(Average.ema(0.99))));
        extras.put("everything, L2", everything.decay(Extras.Decay.COUPLED).flushSubnormals(false));
        return extras;
    }

    /**
     * Every kind of average; one of them not in every step.
     *
     * @return the averages
     */
    public static List<Average> averages() {
        return List.of(
                Average.ema(0.9),
                Average.debiasedEma(0.9),
                Average.warmedUpEma(0.9, 1, 2.0 / 3),
                Average.countedEma(0.9),
                Average.uniform().from(5).every(2));
    }
}
