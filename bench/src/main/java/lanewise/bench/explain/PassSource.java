package lanewise.bench.explain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.kernel.Kernel;
import lanewise.kernel.Scratch;
import lanewise.program.Code;
import lanewise.program.Expr;
import lanewise.program.Extent;
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Slot;

/** The methods of one pass: the vector loop and its tail, or the scalar backend's loop. */
final class PassSource {
    private final KernelSource kernel;
    private final int number;
    private final Phase phase;
    private final Code code;
    private final List<Start> starts;
    private final int lanes;
    private final Values values;
    private final Spelling spelling;
    private final JavaText text;

    /**
     * Starts a pass.
     *
     * @param kernel the class that it is in
     * @param number of the pass, from 0
     * @param lanes elements at a time, 1 for scalar
     * @param values of the pass
     * @param text where to write
     */
    PassSource(KernelSource kernel, int number, int lanes, Values values, JavaText text) {
        this.kernel = kernel;
        this.number = number;
        this.lanes = lanes;
        this.values = values;
        this.text = text;
        phase = kernel.phases().get(number);
        code = phase.code();
        starts = Start.of(phase);
        spelling = new Spelling(values);
    }

    void write() {
        if (lanes == 1) {
            writeChunkLoop();
        } else {
            writeVectorLoop();
            text.line("");
            writeTail();
        }
    }

    // ------------------------------------------------------------------------------------- streams

    private Slot slot(int stream) {
        return phase.streams().get(stream);
    }

    private String stream(int stream) {
        return kernel.stream(slot(stream));
    }

    /** A single start is called from, whatever of. */
    private Start start(int stream) {
        return starts.size() == 1 ? Start.OWN : Start.of(phase, slot(stream));
    }

    private List<Start> namedStarts() {
        return starts.size() == 1 ? List.of(Start.OWN) : starts;
    }

    private List<String> streams(String type) {
        return IntStream.range(0, code.streams())
                .mapToObj(stream -> type + stream(stream))
                .toList();
    }

    private String loadVector(int stream) {
        return "FloatVector.fromMemorySegment(SPECIES, " + stream(stream) + ", "
                + start(stream).offset() + ", ORDER)";
    }

    private String storeVector(int stream, String value) {
        return value + ".intoMemorySegment(" + stream(stream) + ", "
                + start(stream).offset() + ", ORDER);";
    }

    private String loadFloat(int stream) {
        return lanes == 1
                ? stream(stream) + "[i]"
                : stream(stream) + ".getAtIndex(JAVA_FLOAT, " + start(stream).at() + ")";
    }

    private String storeFloat(int stream, String value) {
        return lanes == 1
                ? stream(stream) + "[i] = " + value + ";"
                : stream(stream) + ".setAtIndex(JAVA_FLOAT, " + start(stream).at() + ", " + value + ");";
    }

    // ------------------------------------------------------------------------------------- methods

    private String method(String alone, String ofMany) {
        return kernel.phases().size() == 1 ? alone : ofMany + (number + 1);
    }

    private void writeJavadoc(Map<String, String> parameters) {
        String which = method("The step", "Pass ")
                .replaceFirst("Pass (\\d+)", "Pass $1 of " + kernel.phases().size());
        String added = KernelSource.sums(phase).stream().map(kernel::meaning).collect(Collectors.joining(", "));
        text.line("/**");
        text.paragraph(
                " * ",
                which
                        + (lanes == 1
                                ? " for " + values() + " 0 to n − 1 of a chunk"
                                : " for " + values() + " from, from + 1, … from + length − 1")
                        + (added.isEmpty() ? "" : ", which adds up " + added)
                        + "."
                        + called());
        text.line(" *");
        parameters.forEach((name, meaning) -> text.paragraph(" * ", "@param " + name + " " + meaning));
        if (lanes > 1 && !code.sums().isEmpty()) {
            text.line(" * @return the sums of these " + values() + "; those of "
                    + (isRowByRow() ? "a row, or of all calls," : "all calls") + " are added up in order");
        }
        text.line(" */");
    }

    private String values() {
        return switch (phase.domain()) {
            case ROW -> "rows";
            case COLUMN -> "columns";
            default -> "elements";
        };
    }

    private String called() {
        if (!kernel.isByRows()) {
            return "";
        }
        return isRowByRow() ? " It is called for each row, one after the other." : " It is called for each matrix.";
    }

    private Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (int stream = 0; stream < code.streams(); stream++) {
            String use = code.loads(stream) ? code.stores(stream) ? "read and written" : "read" : "written";
            boolean added = ScratchArrays.isAddedTo(phase, slot(stream));
            meanings.put(
                    stream(stream),
                    kernel.symbol(slot(stream)) + ", " + (added ? "0 at first and added to row by row" : use));
        }
        return meanings;
    }

    private void putScalars(Map<String, String> meanings) {
        if (code.scalars() == 0) {
            return;
        }
        String all = phase.scalars().stream().map(this::comment).collect(Collectors.joining("; "));
        boolean ofRows = phase.scalars().stream().anyMatch(this::isOfRow);
        boolean others = !phase.scalars().stream().allMatch(this::isOfRow);
        meanings.put(
                "scalars",
                all
                        + (others ? "; each computed once a step in double and rounded once" : "")
                        + (ofRows && others ? ", but those of the row, which an earlier pass computed" : ""));
    }

    private String comment(Expr scalar) {
        return kernel.formula(scalar) + (isOfRow(scalar) ? " of the row" : "");
    }

    private boolean isOfRow(Expr scalar) {
        return phase.domain() == Extent.ELEMENT && KernelSource.isOfRow(scalar);
    }

    /** Sums ask for starts at which a lane is the same lane in every call. */
    private String first(Start start) {
        if (start != Start.OWN) {
            return start.meaning();
        }
        String first = start.meaning() + " " + values().replaceFirst("s$", "");
        if (code.sums().isEmpty()) {
            return first;
        }
        return isRowByRow()
                ? first + ", in a column that is a multiple of " + Kernel.BLOCK_COLUMNS
                : "a multiple of " + Kernel.TILE + ", " + first;
    }

    private boolean isRowByRow() {
        return kernel.isByRows() && phase.domain() == Extent.ELEMENT;
    }

    private void writeVectorLoop() {
        Map<String, String> meanings = meanings();
        namedStarts().forEach(start -> meanings.put(start.first(), first(start)));
        meanings.put("length", "how many, at most " + (isRowByRow() ? Kernel.BLOCK_COLUMNS : Kernel.TILE));
        putScalars(meanings);
        writeJavadoc(meanings);

        List<String> parameters = new ArrayList<>(streams("MemorySegment "));
        namedStarts().forEach(start -> parameters.add("long " + start.first()));
        parameters.add("int length");
        parameters.addAll(code.scalars() > 0 ? List.of("float... scalars") : List.of());
        String result = code.sums().isEmpty() ? "void" : "double[]";
        text.openList("static " + result + " " + method("step", "pass") + "(", parameters, ") {");
        for (int scalar = 0; scalar < code.scalars(); scalar++) {
            Expr expr = phase.scalars().get(scalar);
            text.statement(
                    "FloatVector " + kernel.name(expr) + " = FloatVector.broadcast(SPECIES, scalars[" + scalar + "]);",
                    comment(expr));
        }
        int groups = code.sums().isEmpty() ? 1 : Scratch.LANES / lanes;
        writeAccumulators(groups);
        int row = lanes * groups;
        text.statement("int whole = length & -" + row + ";", "without the tail");
        text.open("for (int i = 0; i < whole; i += " + row + ") {");
        for (int group = 0; group < groups; group++) {
            if (groups > 1) {
                text.open("{");
            }
            writeVectorBody(group, groups);
            if (groups > 1) {
                text.close();
            }
        }
        text.close();
        writeEnd(groups);
        text.close();
    }

    private String accumulator(int sum, int group, int groups) {
        return values.sum(sum) + (groups == 1 ? "" : Integer.toString(group * lanes));
    }

    private void writeAccumulators(int groups) {
        for (int sum = 0; sum < code.sums().size(); sum++) {
            for (int group = 0; group < groups; group++) {
                text.statement(
                        "FloatVector " + accumulator(sum, group, groups) + " = FloatVector.zero(SPECIES);",
                        "lanes %d to %d of %s"
                                .formatted(
                                        group * lanes,
                                        group * lanes + lanes - 1,
                                        kernel.formula(phase.sums().get(sum))));
            }
        }
    }

    private void writeVectorBody(int group, int groups) {
        for (Start start : namedStarts()) {
            text.statement(
                    "long " + start.offset() + " = (" + start.first() + " + i"
                            + (group == 0 ? "" : " + " + group * lanes) + ") << 2;",
                    groups == 1
                            ? "in bytes"
                            : "in bytes, of lanes " + group * lanes + " to " + (group * lanes + lanes - 1));
        }
        for (int node = 0; node < values.count(); node++) {
            if (values.node(node) instanceof Code.Node.Load(int stream)) {
                text.statement("FloatVector " + values.variable(node) + " = " + loadVector(stream) + ";");
            }
        }
        for (int node = 0; node < values.count(); node++) {
            if (values.variable(node) == null || !values.computed(node)) {
                continue;
            }
            if (group == 0) {
                text.paragraph("// ", values.formula(node));
            }
            if (values.op(node) == Op.SIGN) {
                text.statement(
                        "FloatVector " + values.plusOrMinusOne(node) + " = " + spelling.plusOrMinusOne(node) + ";");
            }
            text.statement("FloatVector " + values.variable(node) + " = " + spelling.vector(node, true) + ";");
        }
        boolean said = false;
        for (Code.Store store : code.stores()) {
            if (values.op(store.value()) == Op.FLUSH && !said) {
                text.line("// A state's subnormals are kept as 0.");
                said = true;
            }
            text.statement(storeVector(store.stream(), spelling.vector(store.value(), false)));
        }
        for (int sum = 0; sum < code.sums().size(); sum++) {
            String accumulator = accumulator(sum, group, groups);
            text.statement(accumulator + " = " + accumulator + ".add("
                    + spelling.vector(code.sums().get(sum), false) + ");");
        }
    }

    /** From the accumulators to the lanes, the tail, and the lanes folded. */
    private void writeEnd(int groups) {
        List<String> sums = IntStream.range(0, code.sums().size())
                .mapToObj(sum -> values.sum(sum) + "Lanes")
                .toList();
        for (int sum = 0; sum < sums.size(); sum++) {
            text.statement("float[] " + sums.get(sum) + " = new float[" + Scratch.LANES + "];");
            for (int group = 0; group < groups; group++) {
                text.statement(
                        accumulator(sum, group, groups) + ".intoArray(" + sums.get(sum) + ", " + group * lanes + ");");
            }
        }
        List<String> arguments = new ArrayList<>(streams(""));
        namedStarts().forEach(start -> arguments.add(start.first()));
        arguments.addAll(List.of("whole", "length"));
        arguments.addAll(code.scalars() > 0 ? List.of("scalars") : List.of());
        arguments.addAll(sums);
        text.list(method("tail", "tail") + "(", arguments, ");");
        if (!sums.isEmpty()) {
            text.list(
                    "return new double[] {",
                    sums.stream().map(sum -> "fold(" + sum + ")").toList(),
                    "};");
        }
    }

    private void writeTail() {
        text.line("/** What whole vectors leave over, element by element. */");
        List<String> parameters = new ArrayList<>(streams("MemorySegment "));
        namedStarts().forEach(start -> parameters.add("long " + start.first()));
        parameters.addAll(List.of("int start", "int length"));
        parameters.addAll(code.scalars() > 0 ? List.of("float[] scalars") : List.of());
        for (int sum = 0; sum < code.sums().size(); sum++) {
            parameters.add("float[] " + values.sum(sum) + "Lanes");
        }
        text.openList("private static void " + method("tail", "tail") + "(", parameters, ") {");
        for (int scalar = 0; scalar < code.scalars(); scalar++) {
            text.statement("float " + kernel.name(phase.scalars().get(scalar)) + " = scalars[" + scalar + "];");
        }
        text.open("for (int i = start; i < length; i++) {");
        namedStarts().forEach(start -> text.line("long " + start.at() + " = " + start.first() + " + i;"));
        writeFloatBody(false);
        for (int sum = 0; sum < code.sums().size(); sum++) {
            text.statement(values.sum(sum) + "Lanes[i & " + (Scratch.LANES - 1) + "] += "
                    + spelling.scalar(code.sums().get(sum), false) + ";");
        }
        text.close().close();
    }

    private void writeFloatBody(boolean commented) {
        for (int node = 0; node < values.count(); node++) {
            if (values.node(node) instanceof Code.Node.Load(int stream)) {
                text.statement("float " + values.variable(node) + " = " + loadFloat(stream) + ";");
            }
        }
        for (int node = 0; node < values.count(); node++) {
            if (values.variable(node) != null && values.computed(node)) {
                if (commented) {
                    text.paragraph("// ", values.formula(node));
                }
                text.statement("float " + values.variable(node) + " = " + spelling.scalar(node, true) + ";");
            }
        }
        for (Code.Store store : code.stores()) {
            text.statement(storeFloat(store.stream(), spelling.scalar(store.value(), false)));
        }
    }

    /** The terms of sums go to arrays; what adds them up is no part of the loop. */
    private void writeChunkLoop() {
        Map<String, String> meanings = meanings();
        List<String> parameters = new ArrayList<>(streams("float[] "));
        for (int sum = 0; sum < code.sums().size(); sum++) {
            parameters.add("float[] " + values.sum(sum));
            meanings.put(
                    values.sum(sum),
                    "the terms of %s, which then go to %d lanes, element i to lane i mod %d"
                            .formatted(kernel.formula(phase.sums().get(sum)), Scratch.LANES, Scratch.LANES));
        }
        parameters.add("int n");
        meanings.put("n", "the length of the chunk");
        putScalars(meanings);
        writeJavadoc(meanings);
        parameters.addAll(code.scalars() > 0 ? List.of("float... scalars") : List.of());
        text.openList("static void " + method("step", "pass") + "(", parameters, ") {");
        for (int scalar = 0; scalar < code.scalars(); scalar++) {
            Expr expr = phase.scalars().get(scalar);
            text.statement("float " + kernel.name(expr) + " = scalars[" + scalar + "];", comment(expr));
        }
        text.open("for (int i = 0; i < n; i++) {");
        writeFloatBody(true);
        for (int sum = 0; sum < code.sums().size(); sum++) {
            text.statement(
                    values.sum(sum) + "[i] = " + spelling.scalar(code.sums().get(sum), false) + ";");
        }
        text.close().close();
    }
}
