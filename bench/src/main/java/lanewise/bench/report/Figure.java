package lanewise.bench.report;

/**
 * A chart with what there is to see in it.
 *
 * @param title a few words, or a line of code
 * @param sentence what to see, told of the data that is drawn
 * @param chart the picture
 */
public record Figure(String title, String sentence, Chart chart) {
    /**
     * Checks that nothing is left unsaid.
     *
     * @throws IllegalArgumentException if the title or the sentence is blank
     */
    public Figure {
        if (title.isBlank() || sentence.isBlank()) {
            throw new IllegalArgumentException("a figure must say what to see, got title \"" + title
                    + "\" and sentence \"" + sentence + "\"; write both");
        }
    }
}
