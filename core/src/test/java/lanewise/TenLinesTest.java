package lanewise;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TenLinesTest {

    @Test
    void theLoopOfTheReadmeTrains() {
        // Mean squared distance from 0.5: starts at 0.25.
        float loss = TenLines.train((weights, gradient) -> {
            float sum = 0;
            for (long i = 0; i < weights.size(); i++) {
                float error = weights.get(i) - 0.5f;
                gradient.set(i, error);
                sum += error * error;
            }
            return sum / weights.size();
        });
        assertTrue(loss < 1e-4f, "the loss fell from 0.25 to " + loss);
    }
}
