/**
 * The update rules, one record each: mostly Javadoc, and one method that states the formula.
 *
 * <p>To add a rule, write one record that implements {@link lanewise.rule.Rule}: its
 * hyper-parameters are the components, {@link lanewise.rule.Rule#program()} says what each slot
 * becomes. The scalar and vector kernels, the printed formula, the memory count and the tests over
 * all rules follow from that (the tests find the record through its name in {@code
 * lanewise.rule.Rules} of the test tree). Look for the family first: a rule that differs by one
 * term is an option of its relative. A rule of your own, in your own module, is a record of the same
 * kind.
 *
 * <p>Costs are given as bytes moved per parameter in fp32; from DRAM a core moves 20–24 GB/s, so 28
 * bytes take about 1.3 ns.
 */
@NullMarked
package lanewise.rule;

import org.jspecify.annotations.NullMarked;
