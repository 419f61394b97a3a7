/**
 * Exhibits: small experiments that show what a part of a formula does, each by running the real optimizer.
 *
 * <ul>
 *   <li>{@link lanewise.bench.exhibit.BiasCorrection}: Adam's first steps with it and without, the latter by
 *       {@link lanewise.bench.exhibit.UncorrectedAdam}, a rule of a user's own.
 *   <li>{@link lanewise.bench.exhibit.DecayForms}: weights under Adam with L2 and under AdamW.
 *   <li>{@link lanewise.bench.exhibit.EffectiveRates}: what AdaGrad and RMSProp make of a rate.
 *   <li>{@link lanewise.bench.exhibit.SaddleEscape}: who leaves a saddle, and when.
 *   <li>{@link lanewise.bench.exhibit.WeightAverages}: what averages of the weights take out of noise.
 *   <li>{@link lanewise.bench.exhibit.ScheduleGallery}: every schedule.
 * </ul>
 *
 * <p>Each has its numbers as methods, which tests hold to what the text claims, and its pictures as {@linkplain
 * lanewise.bench.report.Figure figures}.
 */
@NullMarked
package lanewise.bench.exhibit;

import org.jspecify.annotations.NullMarked;
