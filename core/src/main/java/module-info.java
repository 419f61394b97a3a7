/**
 * Lanewise: optimizer steps over off-heap tensors, at the speed of the memory, with the same bits on
 * every CPU. Start with {@link lanewise.Optimizer}.
 */
module lanewise.core {
    requires static org.jspecify;

    exports lanewise;
    exports lanewise.buffer;
    exports lanewise.curvature;
    exports lanewise.dtype;
    exports lanewise.program;
    exports lanewise.rule;
    exports lanewise.schedule;
    exports lanewise.kernel to
            lanewise.simd;

    uses lanewise.kernel.Backend;
}
