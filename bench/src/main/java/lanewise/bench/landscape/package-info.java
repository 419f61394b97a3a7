/**
 * Landscapes: functions of two variables on which the ways of optimizers can be seen.
 *
 * <p>Start at {@link lanewise.bench.landscape.Landscape}, which holds them all: formula, start, known minima, exact
 * gradient and Hessian. {@link lanewise.bench.landscape.Descent} goes down one of them with an {@link
 * lanewise.Optimizer}, whose only parameter is the point (x, y), and keeps the {@link lanewise.bench.landscape.Path}.
 * {@link lanewise.bench.landscape.Sweep} does so at many rates and tells which suits best.
 */
@NullMarked
package lanewise.bench.landscape;

import org.jspecify.annotations.NullMarked;
