package org.pmuconnector.log;

/**
 * Where log positions lie in a region. A position counts the bytes of the log since the region's creation and never
 * wraps; the ring's offset is the position modulo the capacity. A group never crosses from one extent into the next, nor
 * the ring's end.
 *
 * @param capacityBytes the ring's size, a multiple of {@link #ALIGNMENT_BYTES}
 * @param extentBytes the size of the pieces that are contiguous in memory
 */
public record LogGeometry(long capacityBytes, long extentBytes) {

    /** Records begin at multiples of this: a cache line. */
    public static final int ALIGNMENT_BYTES = 64;

    /** Checks the sizes. */
    public LogGeometry {
        if (capacityBytes <= 0 || capacityBytes % ALIGNMENT_BYTES != 0) {
            throw new IllegalArgumentException("capacity of " + capacityBytes + " bytes");
        }
        if (extentBytes <= 0 || extentBytes % ALIGNMENT_BYTES != 0) {
            throw new IllegalArgumentException("extents of " + extentBytes + " bytes");
        }
    }

    /** The offset in the region of a position. */
    public long offset(long position) {
        return position % capacityBytes;
    }

    /** How many bytes from the position on are contiguous in the ring: at least {@link #ALIGNMENT_BYTES}. */
    public long contiguousBytes(long position) {
        long offset = offset(position);
        long extentEnd = Math.min((offset / extentBytes + 1) * extentBytes, capacityBytes);
        return extentEnd - offset;
    }

    /** The longest group that fits anywhere at all. */
    public long longestGroupBytes() {
        return Math.min(Math.min(extentBytes, capacityBytes / 4), Integer.MAX_VALUE - ALIGNMENT_BYTES);
    }

    /** A length rounded up to whole cache lines. */
    public static long aligned(long lengthBytes) {
        return (lengthBytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }
}
