package lanewise;

/** The checkpoint that the Javadoc of {@link Optimizer} shows, from one optimizer straight into another. */
final class Checkpoint {

    private Checkpoint() {}

    static void copy(Parameters weights, Optimizer optimizer, Parameters newWeights, Optimizer resumed) {
        // @start region="resume"
        resumed.setSteps(optimizer.steps());
        for (Parameter weight : weights.all()) {
            String name = weight.name();
            newWeights.get(name).value().segment().copyFrom(weight.value().segment());
            optimizer.states(name).forEach((symbol, state) -> {
                resumed.state(name, symbol).segment().copyFrom(state.segment());
            });
            resumed.setSteps(name, optimizer.steps(name));
        }
        // @end
    }
}
