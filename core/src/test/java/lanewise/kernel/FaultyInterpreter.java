package lanewise.kernel;

import lanewise.program.Code;
import lanewise.program.Op;

/** The {@link Interpreter} with another operation in the place of one. */
final class FaultyInterpreter extends Interpreter {

    private final Op op;
    private final Operation other;

    /** What stands for an operation; takes any value for the operands that the operation has not. */
    interface Operation {
        float apply(float a, float b, float c);
    }

    FaultyInterpreter(Code code, Op op, Operation other) {
        super(code);
        this.op = op;
        this.other = other;
    }

    @Override
    float apply(Op each, float a, float b, float c) {
        return each == op ? other.apply(a, b, c) : super.apply(each, a, b, c);
    }
}
