package lanewise.bench.golden;

/** A golden file that lacks something, or has something of another form. The message says what, and what it must be. */
final class BrokenFile extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokenFile(String reason) {
        super(reason);
    }
}
