package lanewise.schedule;

/** {@code a(step) · b(step)}. */
record Product(Schedule a, Schedule b) implements Schedule {
    Product {
        Check.present("factor", b);
    }

    @Override
    public double at(long step) {
        return a.at(step) * b.at(step);
    }
}
