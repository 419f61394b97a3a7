/** DJL as a contestant of {@code lanewise bench}. */
@NullMarked
package lanewise.bench.peers.djl;

import org.jspecify.annotations.NullMarked;
