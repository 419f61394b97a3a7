package lanewise.kernel;

import java.util.function.Function;
import java.util.function.Predicate;
import lanewise.program.Code;

/** Opens {@link SplitKernel} to the tests of backends. */
public final class SplitTrial {

    private SplitTrial() {}

    /**
     * A kernel of several loops.
     *
     * @param code the code
     * @param tooLong whether a code is split
     * @param compiler makes the kernel of a part
     * @return the kernel
     */
    public static Kernel split(Code code, Predicate<Code> tooLong, Function<Code, Kernel> compiler) {
        return SplitKernel.of(code, tooLong, compiler);
    }
}
