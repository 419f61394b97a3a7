package lanewise.simd;

import java.util.stream.IntStream;
import lanewise.dtype.Storage;
import lanewise.dtype.Words;
import lanewise.program.Code;

/** Counts the operations of the Vector API that a code takes with all its loads and stores. */
final class CountedWords implements Words<Integer> {

    private int count;

    private CountedWords() {}

    /** The operations on a vector of elements. */
    static int operations(Code code) {
        CountedWords words = new CountedWords();
        IntStream.range(0, code.streams()).forEach(stream -> {
            Storage storage = code.storages().get(stream);
            if (storage == Storage.FLOAT32) {
                return;
            }
            if (code.loads(stream)) {
                storage.load(words, _ -> words.counted(2));
            }
            // Blocks are encoded in a loop of their own.
            if (code.stores(stream) && !storage.isBlocked()) {
                words.counted(2 * storage.store(words, 0).size());
            }
        });
        return code.length() + words.count;
    }

    private Integer counted(int operations) {
        count += operations;
        return count;
    }

    @Override
    public Integer constant(int bits) {
        return 0; // C2 takes it out of the loop.
    }

    @Override
    public Integer and(Integer a, Integer b) {
        return counted(1);
    }

    @Override
    public Integer or(Integer a, Integer b) {
        return counted(1);
    }

    @Override
    public Integer xor(Integer a, Integer b) {
        return counted(1);
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return counted(1);
    }

    @Override
    public Integer multiply(Integer a, Integer b) {
        return counted(1);
    }

    @Override
    public Integer shiftLeft(Integer a, int bits) {
        return counted(1);
    }

    @Override
    public Integer shiftRight(Integer a, int bits) {
        return counted(1);
    }

    @Override
    public Integer max(Integer a, Integer b) {
        return counted(1);
    }

    @Override
    public Integer plus(Integer a, Integer b) {
        return counted(1);
    }

    @Override
    public Integer minus(Integer a, Integer b) {
        return counted(1);
    }

    @Override
    public Integer ifLess(Integer a, Integer b, Integer yes, Integer no) {
        return counted(2);
    }

    @Override
    public Integer ifNaN(Integer a, Integer yes, Integer no) {
        return counted(2);
    }

    @Override
    public Integer index() {
        return counted(2);
    }

    @Override
    public Integer key() {
        return 0;
    }
}
