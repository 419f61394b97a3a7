package lanewise.kernel;

import java.util.function.Function;
import lanewise.program.Code;

/** Opens {@link SplitKernel} to the tests of backends. */
public final class SplitTrial {

    private SplitTrial() {}

    /**
     * A kernel of several loops.
     *
     * @param code the code
     * @param longest the length that is not split
     * @param compiler makes the kernel of a part
     * @return the kernel
     */
    public static Kernel split(Code code, int longest, Function<Code, Kernel> compiler) {
        return SplitKernel.of(code, part -> part.length() > longest, compiler);
    }
}
