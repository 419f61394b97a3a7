/** ND4J as a contestant of {@code lanewise bench}. */
@NullMarked
package lanewise.bench.peers.nd4j;

import org.jspecify.annotations.NullMarked;
