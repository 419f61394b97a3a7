package lanewise.bench.speed;

import java.util.stream.Stream;

/** A unit of time, chosen by what is told in it. */
enum Unit {
    SECONDS("s", 1e9),
    MILLISECONDS("ms", 1e6),
    MICROSECONDS("µs", 1e3),
    NANOSECONDS("ns", 1);

    private final String symbol;
    private final double nanos;

    Unit(String symbol, double nanos) {
        this.symbol = symbol;
        this.nanos = nanos;
    }

    /** The largest in which it is at least 1. */
    static Unit of(double nanos) {
        return Stream.of(values())
                .filter(unit -> nanos >= unit.nanos)
                .findFirst()
                .orElse(NANOSECONDS);
    }

    String symbol() {
        return symbol;
    }

    double count(double ofNanos) {
        return ofNanos / nanos;
    }
}
