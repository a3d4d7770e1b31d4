package org.pmuconnector.pmu.manager;

/**
 * How long a region is, and the extents that it is in: pieces of equal length that are contiguous in memory each. No group
 * of the log crosses from one extent into the next, nor the region's end.
 *
 * @param sizeBytes a multiple of the extents' length
 * @param extentBytes at most {@link #MAX_EXTENT_BYTES}
 */
record RegionSize(long sizeBytes, long extentBytes) {

    /** A network interface's memory regions are not longer. */
    static final long MAX_EXTENT_BYTES = 1L << 30;

    /** The longest region: 1 TiB. */
    static final long MAX_SIZE_BYTES = 1L << 40;

    private static final long UNIT_BYTES = 64 * 1024;

    /** The next size from a number of bytes on that a new region can have: in as few extents as possible. */
    static RegionSize atLeast(long bytes) {
        if (bytes <= 0 || bytes > MAX_SIZE_BYTES) {
            // Refused by whoever knows for what it was asked.
            return new RegionSize(bytes, Math.min(bytes, MAX_EXTENT_BYTES));
        }
        long extents = (bytes + MAX_EXTENT_BYTES - 1) / MAX_EXTENT_BYTES;
        long extentBytes = roundedUp((bytes + extents - 1) / extents, UNIT_BYTES);
        return new RegionSize(extents * extentBytes, extentBytes);
    }

    /**
     * The next size from a number of bytes on that a region of this size can grow to. The log's position p lies at p modulo
     * the size: so that no group crosses an end in the new place which it did not cross in the old one, the new size is a
     * multiple of the old one, and each new extent ends where an old one ended.
     *
     * @return null if there is none up to {@link #MAX_SIZE_BYTES}
     */
    RegionSize grownTo(long bytes) {
        if (sizeBytes % extentBytes != 0 || bytes > MAX_SIZE_BYTES) {
            return null;
        }
        long times = (bytes + sizeBytes - 1) / sizeBytes;
        long grownBytes = times * sizeBytes;
        if (grownBytes > MAX_SIZE_BYTES) {
            return null;
        }
        if (extentBytes < sizeBytes) {
            return new RegionSize(grownBytes, extentBytes);
        }
        long factor = Math.min(times, MAX_EXTENT_BYTES / sizeBytes);
        while (times % factor != 0) {
            factor--;
        }
        return new RegionSize(grownBytes, factor * sizeBytes);
    }

    /** Whether a region can have this size. */
    boolean isSound() {
        return sizeBytes > 0
                && sizeBytes <= MAX_SIZE_BYTES
                && extentBytes > 0
                && extentBytes <= MAX_EXTENT_BYTES
                && extentBytes % UNIT_BYTES == 0
                && sizeBytes % UNIT_BYTES == 0;
    }

    private static long roundedUp(long bytes, long to) {
        return (bytes + to - 1) / to * to;
    }
}
