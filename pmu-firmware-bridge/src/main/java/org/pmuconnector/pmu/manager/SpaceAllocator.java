package org.pmuconnector.pmu.manager;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;
import org.pmuconnector.pmu.translation.Extent;

/**
 * Finds room for regions between those that there are: first fit, in one piece if there is one long enough, otherwise in
 * pieces of one extent each. Pure arithmetic.
 */
final class SpaceAllocator {

    /** Extents are at most this long; a network interface's memory regions are not longer. */
    static final long EXTENT_BYTES = 1L << 30;

    private final long fromOffset;
    private final long endOffset;

    SpaceAllocator(long fromOffset, long endOffset) {
        this.fromOffset = fromOffset;
        this.endOffset = endOffset;
    }

    /** Room for a region, or none if there is not enough. */
    List<CatalogRun> allocate(Collection<CatalogRun> used, long sizeBytes) {
        List<CatalogRun> free = free(used);
        for (CatalogRun hole : free) {
            if (hole.getLengthBytes() >= sizeBytes) {
                return List.of(run(hole.getOffsetBytes(), sizeBytes));
            }
        }
        List<CatalogRun> found = new ArrayList<>();
        long left = sizeBytes;
        for (CatalogRun hole : free) {
            // Whole extents, as many as the hole has room for; the last one may be shorter.
            long part = left <= hole.getLengthBytes() ? left : hole.getLengthBytes() / EXTENT_BYTES * EXTENT_BYTES;
            if (part > 0) {
                found.add(run(hole.getOffsetBytes(), part));
                left -= part;
            }
            if (left == 0) {
                return found;
            }
        }
        return List.of();
    }

    /** How many bytes no region has. */
    long freeBytes(Collection<CatalogRun> used) {
        return free(used).stream().mapToLong(CatalogRun::getLengthBytes).sum();
    }

    private List<CatalogRun> free(Collection<CatalogRun> used) {
        List<CatalogRun> sorted = new ArrayList<>(used);
        sorted.sort(Comparator.comparingLong(CatalogRun::getOffsetBytes));
        List<CatalogRun> free = new ArrayList<>();
        long at = fromOffset;
        for (CatalogRun run : sorted) {
            if (run.getOffsetBytes() > at) {
                free.add(run(at, run.getOffsetBytes() - at));
            }
            at = run.getOffsetBytes() + run.getLengthBytes();
        }
        if (endOffset > at) {
            free.add(run(at, endOffset - at));
        }
        return free;
    }

    private static CatalogRun run(long offset, long length) {
        return CatalogRun.newBuilder()
                .setOffsetBytes(offset)
                .setLengthBytes(length)
                .build();
    }

    /**
     * The extents of a region's runs: cut at every multiple of {@link #EXTENT_BYTES} in the region.
     *
     * @throws IllegalArgumentException if a run but the last is no multiple of it, or is out of range
     */
    static List<Extent> extents(List<CatalogRun> runs) {
        List<Extent> extents = new ArrayList<>();
        long virtual = 0;
        for (CatalogRun run : runs) {
            if (virtual % EXTENT_BYTES != 0) {
                throw new IllegalArgumentException("a run of the region begins at " + virtual);
            }
            long done = 0;
            while (done < run.getLengthBytes()) {
                long length = Math.min(EXTENT_BYTES, run.getLengthBytes() - done);
                extents.add(new Extent(virtual, run.getOffsetBytes() + done, length));
                virtual += length;
                done += length;
            }
        }
        return extents;
    }
}
