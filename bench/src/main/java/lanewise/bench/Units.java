package lanewise.bench;

/** Numbers as people read them. */
final class Units {
    private Units() {}

    /** Such as 1.5 GiB. */
    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return (value == Math.rint(value) ? "%.0f %s" : "%.1f %s").formatted(value, units[unit]);
    }
}
