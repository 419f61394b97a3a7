package lanewise.bench.explain;

import java.util.Locale;
import lanewise.program.Average;
import lanewise.program.Require;

/** The averages of weights as {@code --average} names them. */
final class AverageOption {
    private AverageOption() {}

    /**
     * Reads an average.
     *
     * @param text such as ema:0.999 or uniform
     * @return the average, from the first step on
     * @throws IllegalArgumentException if it is none
     */
    static Average of(String text) {
        String[] parts = text.split(":", -1);
        Average.Kind kind = switch (parts[0].toLowerCase(Locale.ROOT)) {
            case "ema" -> Average.Kind.EMA;
            case "debiased" -> Average.Kind.DEBIASED_EMA;
            case "warmed-up" -> Average.Kind.WARMED_UP_EMA;
            case "counted" -> Average.Kind.COUNTED_EMA;
            case "uniform" -> Average.Kind.UNIFORM;
            default -> throw wrong(text);
        };
        if (parts.length != (kind == Average.Kind.UNIFORM ? 1 : 2)) {
            throw wrong(text);
        }
        if (kind == Average.Kind.UNIFORM) {
            return Average.uniform();
        }
        double decay;
        try {
            decay = Require.decayRate("--average", Double.parseDouble(parts[1]));
        } catch (NumberFormatException e) {
            throw wrong(text);
        }
        return switch (kind) {
            case EMA -> Average.ema(decay);
            case DEBIASED_EMA -> Average.debiasedEma(decay);
            case WARMED_UP_EMA -> Average.warmedUpEma(decay, 1, 2.0 / 3);
            case COUNTED_EMA -> Average.countedEma(decay);
            case UNIFORM -> throw new AssertionError("has no decay");
        };
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "--average must be ema, debiased, warmed-up or counted with a decay, such as"
                        + " ema:0.999, or uniform, got " + text);
    }
}
