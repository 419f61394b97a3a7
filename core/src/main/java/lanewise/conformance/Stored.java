package lanewise.conformance;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import lanewise.dtype.BlockScale;
import lanewise.dtype.Computed;
import lanewise.dtype.DType;
import lanewise.dtype.Storage;

/** Values as a slot keeps them: to memory and back, element by element. */
final class Stored {

    private Stored() {}

    /** What becomes of values that are stored, with the words of each. */
    static List<Float> rounded(Storage storage, List<Float> values, IntFunction<Computed> words) {
        if (storage.isBlocked()) {
            DType dtype = storage.planes().getFirst();
            List<Float> rounded = new ArrayList<>();
            for (int first = 0; first < values.size(); first += DType.BLOCK) {
                List<Float> block = values.subList(first, Math.min(values.size(), first + DType.BLOCK));
                float largest = largest(block);
                float scale = BlockScale.scale(largest, dtype.top());
                for (int code : codes(dtype, block, largest, first, words)) {
                    rounded.add(Float.intBitsToFloat(dtype.decode(Computed.WORDS, code)) * scale);
                }
            }
            return rounded;
        }
        List<Float> rounded = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            List<Integer> planes = words(storage, values.get(i), words.apply(i));
            rounded.add(Float.intBitsToFloat(storage.load(Computed.WORDS, planes::get)));
        }
        return rounded;
    }

    /** Puts values into memory, those that {@link #rounded} gave. */
    static void put(Storage storage, List<Float> values, List<MemorySegment> planes) {
        List<DType> dtypes = storage.planes();
        for (int i = 0; i < values.size(); i++) {
            if (storage.isBlocked()) {
                List<Float> block = values.subList(
                        i / DType.BLOCK * DType.BLOCK, Math.min(values.size(), (i / DType.BLOCK + 1) * DType.BLOCK));
                if (i % DType.BLOCK == 0) {
                    float largest = largest(block);
                    int[] codes = codes(dtypes.getFirst(), block, largest, 0, _ -> Computed.WORDS);
                    for (int k = 0; k < codes.length; k++) {
                        dtypes.getFirst().setRaw(planes.getFirst(), i + k, codes[k]);
                    }
                    BlockScale.renew(
                            planes.getFirst(), i, largest, dtypes.getFirst().top());
                }
                continue;
            }
            List<Integer> words = words(storage, values.get(i), Computed.WORDS);
            for (int plane = 0; plane < words.size(); plane++) {
                dtypes.get(plane).setRaw(planes.get(plane), i, words.get(plane));
            }
        }
    }

    /** The values in memory. */
    static float get(Storage storage, List<MemorySegment> planes, int i) {
        int word = storage.load(
                Computed.WORDS, plane -> storage.planes().get(plane).raw(planes.get(plane), i));
        float value = Float.intBitsToFloat(word);
        return storage.isBlocked() ? value * BlockScale.get(planes.getFirst(), i) : value;
    }

    /** Whether a copy that is only written is that of a value. */
    static boolean hasCopy(Storage storage, List<MemorySegment> planes, int i, float value) {
        DType dtype = storage.planes().getFirst();
        int mask = (1 << (dtype.bytes() * Byte.SIZE)) - 1;
        return storage.reads(0)
                || dtype.raw(planes.getFirst(), i)
                        == (words(storage, value, Computed.WORDS).getFirst() & mask);
    }

    private static List<Integer> words(Storage storage, float value, Computed operations) {
        List<DType> dtypes = storage.planes();
        List<Integer> words = storage.store(operations, Float.floatToRawIntBits(value));
        List<Integer> cut = new ArrayList<>();
        for (int plane = 0; plane < words.size(); plane++) {
            int bits = dtypes.get(plane).bytes() * Byte.SIZE;
            cut.add(bits == Integer.SIZE ? words.get(plane) : words.get(plane) & ((1 << bits) - 1));
        }
        return cut;
    }

    private static float largest(List<Float> block) {
        float largest = 0;
        for (float value : block) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static int[] codes(DType dtype, List<Float> block, float largest, int first, IntFunction<Computed> words) {
        float inverse = BlockScale.inverse(largest, dtype.top());
        int[] codes = new int[block.size()];
        for (int i = 0; i < codes.length; i++) {
            float scaled = BlockScale.scaled(block.get(i), inverse);
            codes[i] = dtype.encode(words.apply(first + i), Float.floatToRawIntBits(scaled)) & 0xFF;
        }
        return codes;
    }
}
