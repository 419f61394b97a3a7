package lanewise.program;

import java.util.List;

/**
 * One pass over the memory of a tensor.
 *
 * @param code what is done with each element
 * @param streams the slots behind the stream numbers of the code
 * @param scalars the scalars behind the scalar numbers of the code; may hold sums of earlier phases
 * @param sums the sums behind the sum numbers of the code
 */
public record Phase(Code code, List<Slot> streams, List<Expr> scalars, List<Expr.Sum> sums) {}
