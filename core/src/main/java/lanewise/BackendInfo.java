package lanewise;

import lanewise.kernel.Backends;

/**
 * What the kernels run on.
 *
 * @param name simd or scalar
 * @param lanes elements taken at a time
 * @param reason why this one, as a sentence
 */
public record BackendInfo(String name, int lanes, String reason) {

    /**
     * What an optimizer would use that leaves the choice to the dispatcher.
     *
     * @return the choice for this JVM, CPU and properties
     */
    public static BackendInfo detect() {
        return of(Backends.choose(null, null));
    }

    static BackendInfo of(Backends.Choice choice) {
        return new BackendInfo(choice.backend().name(), choice.lanes(), choice.reason());
    }
}
