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

    /** What a buffer can hold. */
    private static final long LONGEST_GROUP_BYTES = 1L << 30;

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

    /** Whether an extent begins at the position. */
    boolean isExtentStart(long position) {
        return offset(position) % extentBytes == 0;
    }

    /** Where a group would begin if the log ended at a position: where it does not cross an extent's end. */
    long place(long position, long groupBytes) {
        long at = position;
        long contiguousBytes = contiguousBytes(at);
        // More than once only if the ring's last extent is shorter than the others, and than the group.
        while (contiguousBytes < groupBytes) {
            at += contiguousBytes;
            contiguousBytes = contiguousBytes(at);
        }
        return at;
    }

    /** The longest group: a quarter of the ring as payload of one record, and no longer than an extent. */
    public long longestGroupBytes() {
        long quarter = aligned(capacityBytes / 4) + RecordFormat.HEADER_BYTES;
        return Math.min(Math.min(quarter, Math.min(extentBytes, capacityBytes)), LONGEST_GROUP_BYTES);
    }

    /** A length rounded up to whole cache lines. */
    public static long aligned(long lengthBytes) {
        return (lengthBytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }
}
