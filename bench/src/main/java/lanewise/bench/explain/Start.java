package lanewise.bench.explain;

import java.util.List;
import lanewise.program.Extent;
import lanewise.program.Phase;
import lanewise.program.Slot;

/** Where in a stream a call of a pass begins, and what the source calls that. */
enum Start {
    /** The stream has a value for each that the pass runs over. */
    OWN("from", "offset", "at", "the first"),
    /** The stream has a value for each column, the same under all rows of a matrix. */
    COLUMN("fromColumn", "columnOffset", "columnAt", "the number of its column"),
    /** The stream has a sum for each column, of the rows of a block. */
    COLUMN_SUM("fromSum", "sumOffset", "sumAt", "the number of its column's sum; each block of rows has its own");

    private final String first;
    private final String offset;
    private final String at;
    private final String meaning;

    Start(String first, String offset, String at, String meaning) {
        this.first = first;
        this.offset = offset;
        this.at = at;
        this.meaning = meaning;
    }

    /**
     * That of a stream.
     *
     * @param phase the pass
     * @param slot behind the stream
     * @return OWN except for values of columns in a pass over elements
     */
    static Start of(Phase phase, Slot slot) {
        if (phase.domain() != Extent.ELEMENT || slot.extent() != Extent.COLUMN) {
            return OWN;
        }
        return ScratchArrays.isAddedTo(phase, slot) ? COLUMN_SUM : COLUMN;
    }

    /**
     * Those of a pass.
     *
     * @param phase the pass
     * @return in order, at least one
     */
    static List<Start> of(Phase phase) {
        List<Start> starts = phase.streams().stream()
                .map(slot -> of(phase, slot))
                .distinct()
                .sorted()
                .toList();
        return starts.isEmpty() ? List.of(OWN) : starts;
    }

    /** The parameter. */
    String first() {
        return first;
    }

    /** In bytes, of the vector at hand. */
    String offset() {
        return offset;
    }

    /** The number of the value at hand. */
    String at() {
        return at;
    }

    /** For the Javadoc of the parameter. */
    String meaning() {
        return meaning;
    }
}
