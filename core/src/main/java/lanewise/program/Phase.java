package lanewise.program;

import java.util.List;
import java.util.Map;

/**
 * One pass over the values of a tensor: its elements, or its rows, or its columns.
 *
 * <p>A pass over elements takes a program that is {@linkplain Program#isByRows by rows} row by row: what differs by row
 * is a scalar then, what differs by column a stream of its own length.
 *
 * @param depth how many passes have to be over before; {@link #LAST} if this one writes the parameter or states
 * @param domain what the pass runs over: ELEMENT, ROW or COLUMN
 * @param code what is done with each of them
 * @param streams the slots behind the stream numbers of the code
 * @param scalars the scalars behind the scalar numbers of the code; may hold sums of earlier phases, and is a read of
 *     the slot where it differs by row
 * @param sums the sums behind the sum numbers of the code
 * @param arrays where the sums over rows and over columns go; the code adds those over columns to the stream of the slot
 */
public record Phase(
        int depth,
        Extent domain,
        Code code,
        List<Slot> streams,
        List<Expr> scalars,
        List<Expr.Sum> sums,
        Map<Expr.Sum, Slot> arrays) {

    /** The depth of the passes that write. */
    public static final int LAST = Integer.MAX_VALUE;

    /**
     * Whether the pass writes the parameter or states.
     *
     * @return false if it only prepares
     */
    public boolean writes() {
        return depth == LAST;
    }
}
