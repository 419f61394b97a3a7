package lanewise.bench.golden;

/** The engine has no such rule or option, or it is not known what a file means by it. The message is the reason. */
final class NotOffered extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotOffered(String reason) {
        super(reason);
    }
}
