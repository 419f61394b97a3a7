package lanewise.bench.peers.pytorch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;

/**
 * The fused kernels at the cost of a C++ program: {@code at::_ops::…::call} by its mangled name, on arguments that lie
 * ready as C++ would pass them. The names are those that {@code nm -D libtorch_cpu.so} shows.
 */
public final class FusedCppEngine extends AbstractFusedEngine {
    private static final Map<String, String> SYMBOLS = Map.of(
            "_fused_adamw_",
            "_ZN2at4_ops13_fused_adamw_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_S5_S5_dddddbbRKSt8optionalIS4_ES9_",
            "_fused_adam_",
            "_ZN2at4_ops12_fused_adam_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_S5_S5_dddddbbRKSt8optionalIS4_ES9_",
            "_fused_adagrad_",
            "_ZN2at4_ops15_fused_adagrad_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_ddddbRKSt8optionalIS4_ES9_",
            "_fused_sgd_",
            "_ZN2at4_ops11_fused_sgd_4callEN3c108ArrayRefINS_6TensorEEES5_S5_ddddbbbRKSt8optionalIS4_ES9_",
            "_foreach_add_",
            "_ZN2at4_ops20_foreach_add__Scalar4callEN3c108ArrayRefINS_6TensorEEERKNS2_6ScalarE",
            "_foreach_lerp_",
            "_ZN2at4_ops21_foreach_lerp__Scalar4callEN3c108ArrayRefINS_6TensorEEES5_RKNS2_6ScalarE");

    /** c10::ArrayRef: where the tensors lie, and how many. */
    private static final StructLayout ARRAY_REF = MemoryLayout.structLayout(ADDRESS, JAVA_LONG);

    /** The size of a std::optional of a tensor, a pointer and whether it is there. */
    private static final long OPTIONAL_BYTES = 16;

    /** Made by {@link java.util.ServiceLoader}. */
    public FusedCppEngine() {}

    @Override
    public String name() {
        return "pytorch-fused-cpp";
    }

    @Override
    @SuppressWarnings("restricted") // A name that is wrong is not found; its parameters are part of it.
    Runnable call(Operation operation) {
        String symbol = SYMBOLS.get(operation.name());
        if (symbol == null) {
            throw new IllegalArgumentException("no symbol is known for " + operation.name());
        }
        List<Passed> passed =
                operation.arguments().stream().map(FusedCppEngine::passed).toList();
        MethodHandle function = Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.loaderLookup().findOrThrow(symbol),
                        FunctionDescriptor.ofVoid(
                                passed.stream().map(Passed::layout).toArray(MemoryLayout[]::new)));
        MethodHandle call = MethodHandles.insertArguments(
                function, 0, passed.stream().map(Passed::value).toArray());
        return () -> {
            try {
                call.invokeExact();
            } catch (Throwable e) {
                throw new AssertionError("a downcall without arguments does not throw", e);
            }
        };
    }

    private record Passed(MemoryLayout layout, Object value) {}

    private static Passed passed(Operation.Argument argument) {
        return switch (argument) {
            case Operation.Argument.TensorList(TensorVector tensors) -> new Passed(ARRAY_REF, arrayRef(tensors));
            case Operation.Argument.Real(double value) -> new Passed(JAVA_DOUBLE, value);
            case Operation.Argument.Operand(double value) ->
                new Passed(ADDRESS, MemorySegment.ofAddress(new Scalar(value).address()));
            case Operation.Argument.Flag(boolean value) -> new Passed(JAVA_BOOLEAN, value);
            case Operation.Argument.NoTensor() ->
                new Passed(ADDRESS, Arena.ofAuto().allocate(OPTIONAL_BYTES));
        };
    }

    /** The vector's own array, which stays where it is for as long as nothing is added. */
    private static MemorySegment arrayRef(TensorVector tensors) {
        MemorySegment array = Arena.ofAuto().allocate(ARRAY_REF);
        if (!tensors.empty()) {
            array.set(JAVA_LONG, 0, tensors.get(0).address());
        }
        array.set(JAVA_LONG, Long.BYTES, tensors.size());
        return array;
    }
}
