package lanewise.simd;

import java.lang.invoke.MethodHandles;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import lanewise.kernel.Backend;
import lanewise.kernel.Emission;
import lanewise.kernel.Kernel;
import lanewise.program.Code;
import org.jspecify.annotations.Nullable;

/**
 * The backend over {@code jdk.incubator.vector}. Loads without that module, so that it can say that
 * the module is missing.
 */
public final class VectorBackend implements Backend {

    /** Names the Vector API; touched only once the module is known to be there. */
    private static final class Shapes {
        static int preferredLanes() {
            // Wider ones (SVE) have no species of their own in the API, nor lanes in a sum.
            return Math.min(FloatVector.SPECIES_PREFERRED.length(), 16);
        }

        static int widestFloatBits() {
            return VectorShape.largestShapeFor(float.class).vectorBitSize();
        }
    }

    @Override
    public String name() {
        return "simd";
    }

    @Override
    public @Nullable String unusableBecause() {
        String vm = System.getProperty("java.vm.name", "");
        String mode = System.getProperty("java.vm.info", "");
        if (!isVectorModulePresent()) {
            return "the module jdk.incubator.vector is not there; pass --add-modules jdk.incubator.vector";
        }
        if (!vm.contains("HotSpot") && !vm.contains("OpenJDK")) {
            return "the Vector API is slow without HotSpot's C2 and this JVM is " + vm + "; run on an OpenJDK build";
        }
        // With C2 switched off HotSpot calls itself "interpreted mode" or "emulated-client".
        if (mode.contains("interpreted") || mode.contains("emulated-client")) {
            return "the Vector API is slow without C2 and this JVM runs in " + mode
                    + "; run without -Xint and -XX:TieredStopAtLevel";
        }
        String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        int widest = Shapes.widestFloatBits();
        if (widest < 128) {
            return "this CPU and JVM have vectors of " + widest + " bits and 128 are needed; run on another CPU";
        }
        if ((arch.equals("amd64") || arch.equals("x86_64")) && widest < 256) {
            return "this CPU or JVM has no AVX, without which the Vector API is slow;"
                    + " run on a CPU with AVX and without -XX:UseAVX=0";
        }
        return null;
    }

    private static boolean isVectorModulePresent() {
        Module own = VectorBackend.class.getModule();
        return ModuleLayer.boot()
                .findModule("jdk.incubator.vector")
                .filter(vector -> !own.isNamed() || own.canRead(vector))
                .isPresent();
    }

    @Override
    public int preferredLanes() {
        return Shapes.preferredLanes();
    }

    /** A code with sums takes a whole row of lanes, so several vectors, in one turn of the loop. */
    @Override
    public boolean isTooLong(Code code, int lanes) {
        int vectors = VectorEmitter.vectorsOfARow(code, lanes);
        boolean hasCodecs = CountedWords.operations(code) > code.length();
        int most = hasCodecs ? VectorEmitter.LONGEST_TURN_WITH_CODECS : VectorEmitter.LONGEST_TURN;
        return CountedWords.operations(code) * vectors > most;
    }

    @Override
    public Kernel compile(Code code, int lanes) {
        return Emission.define(MethodHandles.lookup(), Kernel.class, classFile(code, lanes));
    }

    @Override
    public byte[] classFile(Code code, int lanes) {
        return VectorEmitter.classFile(code, lanes);
    }
}
