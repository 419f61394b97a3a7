/** Tribuo as a contestant of {@code lanewise bench}. */
@NullMarked
package lanewise.bench.peers.tribuo;

import org.jspecify.annotations.NullMarked;
