package lanewise.buffer;

/** How an element lies in memory. */
public enum DType {
    /** IEEE 754 binary32 in the machine's byte order. */
    FLOAT32(4),
    /** IEEE 754 binary64; for states of which a whole tensor has one value. */
    FLOAT64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * The size of an element, which is also its alignment.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }
}
