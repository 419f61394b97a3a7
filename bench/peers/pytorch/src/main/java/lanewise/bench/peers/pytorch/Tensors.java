package lanewise.bench.peers.pytorch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The memory of a workload as PyTorch sees it. Parameters are the caller's own, and so are gradients that nobody
 * changes; all else PyTorch allocates.
 */
final class Tensors {
    private final TensorVector parameters = new TensorVector();
    private final TensorVector given = new TensorVector();
    private final TensorVector gradients = new TensorVector();

    /**
     * Sees the memory, and gives each parameter its gradient.
     *
     * @param shapes of the tensors
     * @param values of the parameters
     * @param slopes of the same sizes
     * @param type of all their elements
     * @param copies whether gradients are to be overwritten and so copied
     */
    Tensors(
            List<List<Long>> shapes,
            List<MemorySegment> values,
            List<MemorySegment> slopes,
            torch.ScalarType type,
            boolean copies) {
        for (int i = 0; i < shapes.size(); i++) {
            long[] shape = shapes.get(i).stream().mapToLong(Long::longValue).toArray();
            Tensor parameter = torch.from_blob(new Address(values.get(i)), shape, new TensorOptions(type));
            Tensor gradient = torch.from_blob(new Address(slopes.get(i)), shape, new TensorOptions(type));
            Tensor own = copies ? gradient.clone() : gradient;
            parameter.mutable_grad().put(own);
            parameters.push_back(parameter);
            given.push_back(gradient);
            gradients.push_back(own);
        }
    }

    TensorVector parameters() {
        return parameters;
    }

    TensorVector gradients() {
        return gradients;
    }

    /** New tensors of the parameters' shapes, each element 0. */
    TensorVector zeros() {
        TensorVector zeros = new TensorVector();
        for (Tensor parameter : parameters.get()) {
            zeros.push_back(torch.zeros_like(parameter));
        }
        return zeros;
    }

    /** New tensors without axes, one for each parameter, each 0. */
    TensorVector counters() {
        TensorVector counters = new TensorVector();
        for (long i = 0; i < parameters.size(); i++) {
            counters.push_back(torch.zeros());
        }
        return counters;
    }

    /** New tensors with the parameters' values. */
    TensorVector copies() {
        TensorVector copies = new TensorVector();
        for (Tensor parameter : parameters.get()) {
            copies.push_back(parameter.clone());
        }
        return copies;
    }

    /** Puts back the gradients that were overwritten. */
    void takeGradients() {
        for (long i = 0; i < gradients.size(); i++) {
            gradients.get(i).copy_(given.get(i));
        }
    }

    private static final class Address extends Pointer {
        Address(MemorySegment segment) {
            address = segment.address();
        }
    }
}
