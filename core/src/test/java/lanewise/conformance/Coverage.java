package lanewise.conformance;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Program;
import lanewise.program.Slot;

/** What programs are made of, by a name: so that a test can see what its programs never had. */
final class Coverage {

    /** A longer code is run as several loops, see {@code VectorEmitter.LONGEST_TURN}. */
    private static final int LONGEST_LOOP = 24;

    private Coverage() {}

    /** All that there is to cover. */
    static Set<String> everything() {
        Set<String> names = new LinkedHashSet<>();
        for (Op op : Op.values()) {
            names.add(op + " of scalars");
            if (op != Op.POWER) {
                names.add(op + " of arrays");
            }
        }
        for (Extent over : List.of(Extent.ROW, Extent.COLUMN, Extent.TENSOR, Extent.ALL)) {
            names.add("sum of ELEMENT over " + over);
        }
        names.add("sum of ROW over MATRIX");
        names.add("sum of COLUMN over MATRIX");
        names.add("sum of sums");
        for (Extent extent : List.of(Extent.ELEMENT, Extent.ROW, Extent.COLUMN, Extent.TENSOR)) {
            names.add("state of " + extent + " is set");
        }
        names.addAll(List.of("let", "observe", "shared value", "flat", "by rows", "in one loop", "split"));
        names.addAll(List.of("1 depth", "2 depths", "3 depths or more"));
        return names;
    }

    /** How many programs of the seeds have each of these. */
    static Map<String, Integer> of(LongStream seeds) {
        Map<String, Integer> counts = new TreeMap<>();
        everything().forEach(name -> counts.put(name, 0));
        seeds.forEach(seed -> of(RandomProgram.of(seed)).forEach(name -> counts.merge(name, 1, Integer::sum)));
        return counts;
    }

    private static Set<String> of(Program program) {
        Set<String> names = new LinkedHashSet<>();
        Set<Expr> parts = Parts.ofAll(program);
        long uses = program.statements().size();
        for (Expr part : parts) {
            uses += Parts.of(part).size();
            switch (part) {
                case Expr.Apply apply ->
                    names.add(apply.op() + (apply.extent().isScalar() ? " of scalars" : " of arrays"));
                case Expr.Sum(Expr term, Extent over) -> {
                    names.add("sum of " + term.extent() + " over " + over);
                    Set<Expr> summed = Parts.ofAll(Program.empty().let("term", term));
                    if (summed.stream().anyMatch(Expr.Sum.class::isInstance)) {
                        names.add("sum of sums");
                    }
                }
                case Expr.Read _, Expr.Constant _, Expr.Scalar _ -> {}
            }
        }
        if (uses > parts.size()) {
            names.add("shared value");
        }
        for (Program.Statement statement : program.statements()) {
            switch (statement) {
                case Program.Statement.Set(Slot slot, Expr _) -> {
                    if (slot.role() == Slot.Role.STATE) {
                        names.add("state of " + slot.extent() + " is set");
                    }
                }
                case Program.Statement.Let _ -> names.add("let");
                case Program.Statement.Observe _ -> names.add("observe");
            }
        }
        List<Phase> phases = program.phases();
        names.add(program.isByRows() ? "by rows" : "flat");
        boolean split = phases.stream().anyMatch(phase -> phase.code().length() > LONGEST_LOOP);
        names.add(split ? "split" : "in one loop");
        long depths = phases.stream().mapToInt(Phase::depth).distinct().count();
        names.add(depths > 2 ? "3 depths or more" : depths == 2 ? "2 depths" : "1 depth");
        return names;
    }
}
