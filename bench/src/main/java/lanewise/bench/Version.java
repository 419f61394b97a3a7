package lanewise.bench;

import picocli.CommandLine.IVersionProvider;

/** The version of the jar. */
public final class Version implements IVersionProvider {
    /** Made by picocli. */
    public Version() {}

    /**
     * As {@code --version}, {@code info} and reports print it.
     *
     * @return the name and the number
     */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "Lanewise " + (version != null ? version : "(development)");
    }

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }
}
