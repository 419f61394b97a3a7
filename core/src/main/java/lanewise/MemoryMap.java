package lanewise;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** What lies where, so that no two tensors share memory: a step would read what it has just written. */
final class MemoryMap {

    private record Span(String what, MemorySegment segment) {
        long end() {
            return segment.address() + segment.byteSize();
        }
    }

    /** Owns nothing, so it may not touch what belongs to one thread. */
    private static final Thread STRANGER = new Thread(() -> {});

    private final TreeMap<Long, Span> spans = new TreeMap<>();

    /**
     * Takes up a segment.
     *
     * @throws IllegalArgumentException if it belongs to one thread, is read-only though it will be
     *     written, or overlaps another
     * @throws IllegalStateException if it is closed
     */
    void add(String what, MemorySegment segment, boolean written) {
        requireUsable(what, "", segment);
        if (!segment.isAccessibleBy(STRANGER)) {
            throw new IllegalArgumentException(what + " must be open to all threads, got memory of a confined arena;"
                    + " allocate it in Arena.ofShared() or Arena.ofAuto()");
        }
        if (written && segment.isReadOnly()) {
            throw new IllegalArgumentException(
                    what + " must be writable, got read-only memory; pass the segment itself, not asReadOnly()");
        }
        if (segment.byteSize() == 0) {
            return;
        }
        long start = segment.address();
        long end = start + segment.byteSize();
        Map.Entry<Long, Span> before = spans.lowerEntry(end);
        while (before != null
                && before.getValue().end() > start
                && !before.getValue().segment().scope().isAlive()) {
            // Its arena was closed, and the memory has been given to somebody else since.
            spans.remove(before.getKey());
            before = spans.lowerEntry(end);
        }
        if (before != null && before.getValue().end() > start) {
            throw new IllegalArgumentException(what + " must have memory of its own, but overlaps "
                    + before.getValue().what() + "; give each tensor its own slice");
        }
        spans.put(start, new Span(what, segment));
    }

    /** What is asked before every step: the arena may have been closed since. */
    static void requireUsable(String what, String name, MemorySegment segment) {
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException(what + name
                    + " must lie in living memory, got memory whose arena is closed; keep the arena open as long as the"
                    + " parameter is used");
        }
    }

    void remove(MemorySegment segment) {
        Span span = spans.get(segment.address());
        if (span != null && span.segment().equals(segment)) {
            spans.remove(segment.address());
        }
    }
}
