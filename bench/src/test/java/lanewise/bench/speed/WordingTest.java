package lanewise.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lanewise.bench.Mix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordingTest {
    @ParameterizedTest
    @CsvSource({"768, 768", "4096, 4 Ki", "65536, 64 Ki", "1048576, 1 Mi", "16777216, 16 Mi", "1000, '1,000'"})
    void sizesArePowersOfTwoWhereTheyAre(long elements, String text) {
        assertEquals(text, Wording.size(elements));
    }

    @Test
    void manyElementsAreMillions() {
        assertEquals("124.4 M", Wording.size(124_439_808));
    }

    @ParameterizedTest
    @CsvSource({
        "0.01234, 0.0123",
        "0.4567, 0.457",
        "0.99951, 1.00",
        "9.994, 9.99",
        "9.996, 10.0",
        "99.96, 100",
        "12345, '12,345'"
    })
    void numbersHaveThreeDigits(double value, String text) {
        assertEquals(text, Wording.number(value));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.500 ns", "412, 412 ns", "3400, 3.40 µs", "1.2e6, 1.20 ms", "2e9, 2.00 s"})
    void timesHaveTheirUnit(double nanos, String text) {
        assertEquals(text, Wording.time(nanos));
    }

    @Test
    void workloadsAreToldApart() {
        Workload tensor = Workload.tensor("schedule-free-adamw", 1 << 14, 4);
        assertEquals("Schedule-Free AdamW, a tensor of 16 Ki", Wording.work(tensor));
        assertEquals(
                "Schedule-Free AdamW, a tensor of 16 Ki, clipped and averaged, gradients that vanish",
                Wording.work(tensor.clippedAndAveraged().vanishing()));
        assertEquals("Schedule-Free AdamW, a tensor of 16 Ki, 8-bit state", Wording.work(tensor.in(Mix.BLOCK8_STATE)));
        assertEquals("SGD, 1,000 tensors of 768", Wording.work(Workload.many("sgd", 1000, 768, 1)));
        assertEquals(
                "SGD, 2 tensors of 30 together",
                Wording.work(Workload.of("sgd", List.of(List.of(10L), List.of(4L, 5L)), 1)));
    }
}
