package lanewise.bench.peers.pytorch;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Type;

/** The fused kernels as a Java program reaches them: through PyTorch's dispatcher, arguments boxed on a stack. */
public final class FusedEngine extends AbstractFusedEngine {
    /** Made by {@link java.util.ServiceLoader}. */
    public FusedEngine() {}

    @Override
    public String name() {
        return "pytorch-fused";
    }

    @Override
    Runnable call(Operation operation) {
        OperatorHandle handle =
                Dispatcher.singleton().findSchemaOrThrow("aten::" + operation.name(), operation.overload());
        IValueVector arguments = new IValueVector();
        for (Operation.Argument argument : operation.arguments()) {
            arguments.push_back(boxed(argument));
        }
        IValueVector stack = new IValueVector();
        // A call takes its arguments off the stack.
        return () -> {
            stack.put(arguments);
            handle.callBoxed(stack);
        };
    }

    private static IValue boxed(Operation.Argument argument) {
        return switch (argument) {
            case Operation.Argument.TensorList(TensorVector tensors) -> new IValue(list(tensors));
            case Operation.Argument.Real(double value) -> new IValue(value);
            case Operation.Argument.Operand(double value) -> new IValue(value);
            case Operation.Argument.Flag(boolean value) -> new IValue(value);
            case Operation.Argument.NoTensor() -> new IValue();
        };
    }

    private static GenericList list(TensorVector tensors) {
        GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
        for (Tensor tensor : tensors.get()) {
            list.push_back(new IValue(tensor));
        }
        return list;
    }
}
