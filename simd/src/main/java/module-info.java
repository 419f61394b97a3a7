import lanewise.kernel.Backend;
import lanewise.simd.VectorBackend;

/** The Vector API backend of Lanewise. Put it on the module path and it is found; no flag is needed. */
module lanewise.simd {
    requires transitive lanewise.core;
    requires jdk.incubator.vector;
    requires static org.jspecify;

    provides Backend with
            VectorBackend;
}
