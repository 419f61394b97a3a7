package lanewise.bench.exhibit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import lanewise.bench.landscape.Landscape;
import lanewise.program.Formula;
import lanewise.schedule.Schedule;
import org.junit.jupiter.api.Test;

class ExhibitTest {
    @Test
    void withoutBiasCorrectionEarlyStepsAreOffByWhatTheFormulaSays() {
        BiasCorrection steps = new BiasCorrection();
        for (int t : new int[] {1, 2, 3, 5, 10, 20, 50, 100, 1000}) {
            double ratio = steps.uncorrected()[t - 1] / steps.corrected()[t - 1];
            assertEquals(BiasCorrection.theory(t), ratio, 1e-3 * ratio, "step " + t);
            assertEquals(1, steps.corrected()[t - 1], 1e-3, "step " + t);
        }
        assertEquals(0.1 / Math.sqrt(0.001), BiasCorrection.theory(1), 1e-9);
    }

    @Test
    void aUsersRulePrintsItsFormula() {
        assertEquals(
                "θ ← θ − η·m / (√v + ε)",
                Formula.of(new UncorrectedAdam(0.9, 0.999, 1e-8).program()).getLast());
    }

    @Test
    void l2SparesWeightsWithLargeGradientsAndDecoupledDecayDoesNot() {
        DecayForms weights = new DecayForms();
        assertTrue(weights.l2Large() > weights.decoupledLarge() + 0.5);
        assertTrue(weights.l2Small() < weights.decoupledSmall() - 0.5);
        assertEquals(weights.decoupledLarge(), weights.decoupledSmall(), 0.01);
        // (1 − ηλ)ⁿ of the first value, and gradients that cancel.
        assertEquals(5 * Math.pow(1 - 1e-4, 3000), weights.decoupledLarge(), 0.01);
    }

    @Test
    void adaGradsRateOnlyFallsAndRmsPropsComesBack() {
        EffectiveRates rates = new EffectiveRates();
        for (int step = 2; step <= 400; step++) {
            assertTrue(rates.adaGrad(step) <= rates.adaGrad(step - 1), "step " + step);
        }
        assertEquals(0.1 / Math.sqrt(200), rates.adaGrad(200), 1e-6);
        assertEquals(0.1, rates.rmsProp(200), 1e-4);
        assertEquals(1, rates.rmsProp(400), 1e-3);
    }

    @Test
    void momentumEscapesFromNearTheSaddleSooner() {
        SaddleEscape escape = new SaddleEscape();
        int momentum = escape.momentum().arrival().orElseThrow();
        assertTrue(3 * momentum < escape.sgd().arrival().orElseThrow());
        assertEquals(0.25, Landscape.SADDLE.at(0, 0).value());
    }

    @Test
    void averagesOfTheWeightsAreLowerThanTheWeights() {
        WeightAverages averages = new WeightAverages();
        double trained = averages.trained().meanOfLastQuarter();
        assertTrue(5 * averages.ema().meanOfLastQuarter() < trained, "ema");
        assertTrue(100 * averages.uniform().meanOfLastQuarter() < trained, "uniform");
        assertTrue(3 * averages.scheduleFree().meanOfLastQuarter() < trained, "Schedule-Free");
        String sentence = averages.figure().sentence();
        assertTrue(sentence.contains("are at %.2g on average".formatted(trained)), sentence);
    }

    @Test
    void theGalleryHasEverySchedule() {
        Set<String> makers = Arrays.stream(Schedule.class.getDeclaredMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .collect(Collectors.toSet());
        String codes = ScheduleGallery.samples().stream()
                .map(ScheduleGallery.Sample::code)
                .collect(Collectors.joining(" "));
        makers.forEach(maker -> assertTrue(codes.contains(maker + "("), maker));
        assertEquals(
                ScheduleGallery.samples().size() + 1, ScheduleGallery.figures().size());
        for (ScheduleGallery.Sample sample : ScheduleGallery.samples()) {
            double most = 0;
            for (int step = 0; step < 1000; step++) {
                most = Math.max(most, sample.schedule().at(step));
            }
            assertEquals(0.1, most, 1e-3, sample.code());
        }
    }
}
