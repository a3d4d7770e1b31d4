package org.pmuconnector.pmu.firmware;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.pmuconnector.pmu.translation.Mapping;

/** Which ranges of the memory are mapped: no byte twice, and none that is not data. One thread at a time. */
final class MappedRanges {

    private record Range(long from, long end) {}

    private final long fromOffset;
    private final long endOffset;

    /** Each range's offset and end. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    /** None yet, of the memory between these. */
    MappedRanges(long fromOffset, long endOffset) {
        this.fromOffset = fromOffset;
        this.endOffset = endOffset;
    }

    void add(Mapping mapping) {
        of(mapping).forEach(range -> ranges.put(range.from, range.end));
    }

    void remove(Mapping mapping) {
        of(mapping).forEach(range -> ranges.remove(range.from));
    }

    void clear() {
        ranges.clear();
    }

    /** Whether a range is of the data, with nothing in it mapped. */
    boolean isFree(long offset, long lengthBytes) {
        return isData(offset, lengthBytes) && !overlaps(ranges, Set.of(), new Range(offset, offset + lengthBytes));
    }

    /** Whether a range is of the data. */
    boolean isData(long offset, long lengthBytes) {
        return offset >= fromOffset && lengthBytes > 0 && lengthBytes <= endOffset - offset;
    }

    /** Why those could not be added after these were removed, null if they could; changes nothing. */
    String contradiction(Collection<Mapping> removed, List<TableBatch.Placement> added) {
        Set<Long> gone = new HashSet<>();
        removed.forEach(mapping -> of(mapping).forEach(range -> gone.add(range.from)));
        TreeMap<Long, Long> fresh = new TreeMap<>();
        for (TableBatch.Placement placement : added) {
            for (Range range : of(placement.mapping())) {
                if (range.from < fromOffset || range.end > endOffset) {
                    return "slot " + placement.slot() + " is mapped outside of the data";
                }
                if (overlaps(ranges, gone, range) || overlaps(fresh, Set.of(), range)) {
                    return "slot " + placement.slot() + " shares memory with another";
                }
                fresh.put(range.from, range.end);
            }
        }
        return null;
    }

    /** Ranges do not overlap each other, so that of those that stay only the last one before the end can matter. */
    private static boolean overlaps(NavigableMap<Long, Long> sorted, Set<Long> gone, Range range) {
        Map.Entry<Long, Long> before = sorted.lowerEntry(range.end);
        while (before != null && gone.contains(before.getKey())) {
            before = sorted.lowerEntry(before.getKey());
        }
        return before != null && before.getValue() > range.from;
    }

    private static List<Range> of(Mapping mapping) {
        List<Range> ranges = new ArrayList<>(mapping.extentCount());
        long offset = 0;
        for (int i = 0; i < mapping.extentCount(); i++) {
            long from = mapping.physicalOffset(i, offset);
            long length = mapping.contiguousBytes(i, offset);
            ranges.add(new Range(from, from + length));
            offset += length;
        }
        return ranges;
    }
}
