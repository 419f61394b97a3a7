package lanewise.schedule;

/** {@code first} before {@code milestone}, {@code next} from there on its own clock. */
record Sequence(Schedule first, long milestone, Schedule next) implements Schedule {
    Sequence {
        Check.present("next", next);
        Check.count("milestone", 1, milestone);
    }

    @Override
    public double at(long step) {
        return step < milestone ? first.at(step) : next.at(step - milestone);
    }
}
