package lanewise.schedule;

/** {@code min(max(schedule(step), least), most)}. */
record Bounded(Schedule schedule, double least, double most) implements Schedule {
    @Override
    public double at(long step) {
        return Math.min(Math.max(schedule.at(step), least), most);
    }
}
