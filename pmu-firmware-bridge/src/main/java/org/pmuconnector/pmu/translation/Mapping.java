package org.pmuconnector.pmu.translation;

import java.util.List;

/**
 * Where one region's bytes are: its extents, sorted and without gaps. Immutable; finding an extent allocates nothing.
 */
public final class Mapping {

    private final long[] virtualOffsets;
    private final long[] physicalOffsets;
    private final long lengthBytes;

    /** Of the only extent, where there is one: most regions need not look into the arrays. */
    private final long onlyPhysicalOffset;

    private final boolean single;

    /**
     * A mapping of extents that follow each other.
     *
     * @throws IllegalArgumentException if there are none, or the first does not begin at 0, or one does not begin where
     *     the one before it ends, or all together exceed a region's address space
     */
    public Mapping(List<Extent> extents) {
        if (extents.isEmpty()) {
            throw new IllegalArgumentException("a mapping without extents");
        }
        virtualOffsets = new long[extents.size()];
        physicalOffsets = new long[extents.size()];
        long end = 0;
        for (int i = 0; i < extents.size(); i++) {
            Extent extent = extents.get(i);
            if (extent.virtualOffset() != end) {
                throw new IllegalArgumentException(
                        "extent " + i + " begins at " + extent.virtualOffset() + " instead of " + end);
            }
            virtualOffsets[i] = extent.virtualOffset();
            physicalOffsets[i] = extent.physicalOffset();
            end += extent.lengthBytes();
        }
        if (end > VirtualAddress.SPAN_BYTES) {
            throw new IllegalArgumentException(end + " bytes exceed the address space of a region");
        }
        lengthBytes = end;
        single = extents.size() == 1;
        onlyPhysicalOffset = physicalOffsets[0];
    }

    /** The region's size. */
    public long lengthBytes() {
        return lengthBytes;
    }

    /** How many extents there are. */
    public int extentCount() {
        return virtualOffsets.length;
    }

    /**
     * The extent that holds a byte of the region.
     *
     * @param offset in the region, 0 to {@link #lengthBytes} exclusively
     */
    public int extentIndex(long offset) {
        if (single) {
            return 0;
        }
        int low = 0;
        int high = virtualOffsets.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (virtualOffsets[middle] <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Where a byte of the region is in the memory, given its extent. */
    public long physicalOffset(int extentIndex, long offset) {
        if (single) {
            return onlyPhysicalOffset + offset;
        }
        return physicalOffsets[extentIndex] + (offset - virtualOffsets[extentIndex]);
    }

    /** How many bytes of the extent there are from a byte of the region on. */
    public long contiguousBytes(int extentIndex, long offset) {
        if (single) {
            return lengthBytes - offset;
        }
        long end = extentIndex + 1 < virtualOffsets.length ? virtualOffsets[extentIndex + 1] : lengthBytes;
        return end - offset;
    }
}
