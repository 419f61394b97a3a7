package com.example.optim;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import lanewise.Optimizer;
import lanewise.Parameters;
import lanewise.buffer.Tensor;
import lanewise.schedule.Schedule;

/** Goes down a bowl with the rule on both backends, and says what it finds. */
public final class Main {

    private static final int SIZE = 10_007;
    private static final int STEPS = 500;

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        int[] simd = train("simd");
        int[] scalar = train("scalar");
        System.out.println(Arrays.equals(simd, scalar) ? "same bits" : "other bits");
    }

    private static int[] train(String backend) throws InterruptedException {
        try (Parameters parameters = new Parameters()) {
            Tensor weights = parameters.add("w", SIZE).value().fill(1);
            Tensor gradient = parameters.get("w").gradient();
            try (Optimizer optimizer = Optimizer.builder(parameters, new AdaBelief(0.9, 0.999, 1e-16))
                    .learningRate(Schedule.cosine(0.02, 0, STEPS))
                    .threads(1)
                    .backend(backend)
                    .build()) {
                optimizer.warmUp();
                float furthest = 0;
                for (int step = 0; step < STEPS; step++) {
                    furthest = 0;
                    for (int i = 0; i < SIZE; i++) {
                        float distance = weights.get(i) - 0.5f;
                        gradient.set(i, distance * (1 + i % 10));
                        furthest = Math.max(furthest, Math.abs(distance));
                    }
                    optimizer.step();
                }
                int[] bits = weights.segment().toArray(ValueLayout.JAVA_INT);
                System.out.println(backend + (furthest < 0.01 ? ": trained, " : ": " + furthest + " away, ")
                        + bytesOfSteps(optimizer) + " bytes allocated");
                return bits;
            }
        }
    }

    /** What 200 steps allocate, once nothing is left to be compiled. */
    private static long bytesOfSteps(Optimizer optimizer) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < 200 && bytes != 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int step = 0; step < 200; step++) {
                optimizer.step();
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes;
    }
}
