package org.pmuconnector.pmu.manager;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;
import org.pmuconnector.pmu.translation.Extent;

/**
 * Which of the unit's data no region has, and room for new ones: in one piece if there is one long enough, otherwise in
 * pieces of one extent each. Arithmetic only; taking and giving back cost the logarithm of how many pieces are free. One
 * thread at a time.
 */
final class SpaceAllocator {

    /** A free piece between two others that are not. */
    private record Hole(long lengthBytes, long offset) {}

    /** Each free piece's offset and end. */
    private final TreeMap<Long, Long> holes = new TreeMap<>();

    /** The same, the shortest first, and of those the first. */
    private final TreeSet<Hole> byLength =
            new TreeSet<>(Comparator.comparingLong(Hole::lengthBytes).thenComparingLong(Hole::offset));

    private long freeBytes;

    /** All between the two is free. */
    SpaceAllocator(long fromOffset, long endOffset) {
        addHole(fromOffset, endOffset);
    }

    /** How many bytes no region has. */
    long freeBytes() {
        return freeBytes;
    }

    /** Takes room for a region: of the pieces that are long enough the shortest. None if there is not enough. */
    List<CatalogRun> allocate(long sizeBytes, long extentBytes) {
        Hole fitting = byLength.ceiling(new Hole(sizeBytes, 0));
        List<CatalogRun> found =
                fitting == null ? inPieces(sizeBytes, extentBytes) : List.of(run(fitting.offset, sizeBytes));
        found.forEach(this::take);
        return found;
    }

    private List<CatalogRun> inPieces(long sizeBytes, long extentBytes) {
        List<CatalogRun> found = new ArrayList<>();
        long left = sizeBytes;
        // Pieces shorter than an extent are of no use but for the last one.
        for (Hole hole : byLength.descendingSet()) {
            long part = left <= hole.lengthBytes ? left : hole.lengthBytes / extentBytes * extentBytes;
            if (part == 0) {
                break;
            }
            found.add(run(hole.offset, part));
            left -= part;
            if (left == 0) {
                return found;
            }
        }
        return List.of();
    }

    /**
     * Takes what a region has.
     *
     * @return false if it is not free, or no part of the data; nothing has changed
     */
    boolean take(CatalogRun run) {
        long from = run.getOffsetBytes();
        long end = from + run.getLengthBytes();
        Map.Entry<Long, Long> hole = holes.floorEntry(from);
        if (hole == null || run.getLengthBytes() <= 0 || end < from || hole.getValue() < end) {
            return false;
        }
        removeHole(hole.getKey(), hole.getValue());
        addHole(hole.getKey(), from);
        addHole(end, hole.getValue());
        return true;
    }

    /** Gives back what was taken. */
    void release(CatalogRun run) {
        long from = run.getOffsetBytes();
        long end = from + run.getLengthBytes();
        Map.Entry<Long, Long> before = holes.lowerEntry(end);
        if (before != null && before.getValue() > from) {
            throw new IllegalArgumentException(run.getLengthBytes() + " bytes at " + from + " were free already");
        }
        if (before != null && before.getValue() == from) {
            removeHole(before.getKey(), before.getValue());
            from = before.getKey();
        }
        Long afterEnd = holes.get(end);
        if (afterEnd != null) {
            removeHole(end, afterEnd);
            end = afterEnd;
        }
        addHole(from, end);
    }

    private void addHole(long from, long end) {
        if (end > from) {
            holes.put(from, end);
            byLength.add(new Hole(end - from, from));
            freeBytes += end - from;
        }
    }

    private void removeHole(long from, long end) {
        holes.remove(from);
        byLength.remove(new Hole(end - from, from));
        freeBytes -= end - from;
    }

    private static CatalogRun run(long offset, long length) {
        return CatalogRun.newBuilder()
                .setOffsetBytes(offset)
                .setLengthBytes(length)
                .build();
    }

    /**
     * The extents of a region's runs: cut at every multiple of their length in the region.
     *
     * @throws IllegalArgumentException if a run but the last is no multiple of it, or is out of range
     */
    static List<Extent> extents(List<CatalogRun> runs, long extentBytes) {
        List<Extent> extents = new ArrayList<>();
        long virtual = 0;
        for (CatalogRun run : runs) {
            if (virtual % extentBytes != 0) {
                throw new IllegalArgumentException("a run of the region begins at " + virtual);
            }
            long done = 0;
            while (done < run.getLengthBytes()) {
                long length = Math.min(extentBytes, run.getLengthBytes() - done);
                extents.add(new Extent(virtual, run.getOffsetBytes() + done, length));
                virtual += length;
                done += length;
            }
        }
        return extents;
    }
}
