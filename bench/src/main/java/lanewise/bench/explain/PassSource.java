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
import lanewise.program.Op;
import lanewise.program.Phase;
import lanewise.program.Slot;

/** The methods of one pass: the vector loop and its tail, or the scalar backend's loop. */
final class PassSource {
    private final KernelSource kernel;
    private final int number;
    private final Phase phase;
    private final Code code;
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

    private List<String> streams(String type) {
        return IntStream.range(0, code.streams())
                .mapToObj(stream -> type + stream(stream))
                .toList();
    }

    private String loadVector(int stream) {
        return "FloatVector.fromMemorySegment(SPECIES, " + stream(stream) + ", offset, ORDER)";
    }

    private String storeVector(int stream, String value) {
        return value + ".intoMemorySegment(" + stream(stream) + ", offset, ORDER);";
    }

    private String loadFloat(int stream) {
        return lanes == 1 ? stream(stream) + "[i]" : stream(stream) + ".getAtIndex(JAVA_FLOAT, at)";
    }

    private String storeFloat(int stream, String value) {
        return lanes == 1
                ? stream(stream) + "[i] = " + value + ";"
                : stream(stream) + ".setAtIndex(JAVA_FLOAT, at, " + value + ");";
    }

    // ------------------------------------------------------------------------------------- methods

    private String method(String alone, String ofMany) {
        return kernel.phases().size() == 1 ? alone : ofMany + (number + 1);
    }

    private void writeJavadoc(Map<String, String> parameters) {
        String which = method("The step", "Pass ")
                .replaceFirst("Pass (\\d+)", "Pass $1 of " + kernel.phases().size());
        String added = phase.sums().stream().map(kernel::meaning).collect(Collectors.joining(" and "));
        text.line("/**");
        text.paragraph(
                " * ",
                which
                        + (lanes == 1
                                ? " for elements 0 to n − 1 of a chunk"
                                : " for elements from, from + 1, … from + length − 1")
                        + (added.isEmpty() ? "." : ", which adds up " + added + "."));
        text.line(" *");
        parameters.forEach((name, meaning) -> text.paragraph(" * ", "@param " + name + " " + meaning));
        if (lanes > 1 && !code.sums().isEmpty()) {
            text.line(" * @return the sums of these elements; those of all tiles are added up in order");
        }
        text.line(" */");
    }

    private Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (int stream = 0; stream < code.streams(); stream++) {
            String use = code.loads(stream) ? code.stores(stream) ? "read and written" : "read" : "written";
            meanings.put(stream(stream), slot(stream).symbol() + ", " + use);
        }
        return meanings;
    }

    private void putScalars(Map<String, String> meanings) {
        if (code.scalars() > 0) {
            meanings.put(
                    "scalars",
                    phase.scalars().stream().map(kernel::formula).collect(Collectors.joining("; "))
                            + "; each computed once a step in double and rounded once");
        }
    }

    private void writeVectorLoop() {
        Map<String, String> meanings = meanings();
        meanings.put(
                "from", (code.sums().isEmpty() ? "" : "a multiple of " + Kernel.TILE + ", ") + "the first element");
        meanings.put("length", "how many, at most " + Kernel.TILE);
        putScalars(meanings);
        writeJavadoc(meanings);

        List<String> parameters = new ArrayList<>(streams("MemorySegment "));
        parameters.addAll(List.of("long from", "int length"));
        parameters.addAll(code.scalars() > 0 ? List.of("float... scalars") : List.of());
        String result = code.sums().isEmpty() ? "void" : "double[]";
        text.openList("static " + result + " " + method("step", "pass") + "(", parameters, ") {");
        for (int scalar = 0; scalar < code.scalars(); scalar++) {
            Expr expr = phase.scalars().get(scalar);
            text.statement(
                    "FloatVector " + kernel.name(expr) + " = FloatVector.broadcast(SPECIES, scalars[" + scalar + "]);",
                    kernel.formula(expr));
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
        text.statement(
                "long offset = (from + i" + (group == 0 ? "" : " + " + group * lanes) + ") << 2;",
                groups == 1
                        ? "in bytes"
                        : "in bytes, of lanes " + group * lanes + " to " + (group * lanes + lanes - 1));
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
        arguments.addAll(List.of("from", "whole", "length"));
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
        parameters.addAll(List.of("long from", "int start", "int length"));
        parameters.addAll(code.scalars() > 0 ? List.of("float[] scalars") : List.of());
        for (int sum = 0; sum < code.sums().size(); sum++) {
            parameters.add("float[] " + values.sum(sum) + "Lanes");
        }
        text.openList("private static void " + method("tail", "tail") + "(", parameters, ") {");
        for (int scalar = 0; scalar < code.scalars(); scalar++) {
            text.statement("float " + kernel.name(phase.scalars().get(scalar)) + " = scalars[" + scalar + "];");
        }
        text.open("for (int i = start; i < length; i++) {");
        text.line("long at = from + i;");
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
            text.statement("float " + kernel.name(expr) + " = scalars[" + scalar + "];", kernel.formula(expr));
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
