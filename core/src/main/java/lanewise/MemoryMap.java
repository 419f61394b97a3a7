package lanewise;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/** What lies where, so that no two tensors share memory: a step would read what it has just written. */
final class MemoryMap {

    private record Span(String what, long end) {}

    private final TreeMap<Long, Span> spans = new TreeMap<>();

    /**
     * Takes up a segment.
     *
     * @throws IllegalArgumentException if it is closed, read-only though it will be written, or
     *     overlaps another
     */
    void add(String what, MemorySegment segment, boolean written) {
        if (!segment.scope().isAlive()) {
            throw new IllegalArgumentException(
                    what + " must lie in living memory, got memory whose arena is closed; keep the arena open");
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
        if (before != null && before.getValue().end() > start) {
            throw new IllegalArgumentException(what + " must have memory of its own, but overlaps "
                    + before.getValue().what() + "; give each tensor its own slice");
        }
        spans.put(start, new Span(what, end));
    }

    void remove(MemorySegment segment) {
        if (segment.byteSize() > 0) {
            spans.remove(segment.address());
        }
    }
}
