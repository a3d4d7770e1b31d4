package org.pmuconnector.log;

/**
 * How much of a ring may be written. A reserve that appends never use keeps room for what must always be possible: one
 * base of the largest size, a copy and the outcome of every branch in doubt, and some seals; and for the fillers that
 * these may need where they meet an extent's end.
 *
 * <p>Three rules make it last for ever:
 *
 * <ul>
 *   <li>A group leaves the whole reserve, or it does not need to: outcomes and copies, for which it is there, and a base
 *       whose trim restores it.
 *   <li>A branch is prepared only if, besides, a ring that holds nothing but a base and copies of all branches in doubt
 *       still has the whole reserve, and some room for sets: so a base that covers everything always restores it, and
 *       branches in doubt never block other transactions.
 *   <li>A seal leaves all of the reserve but the part that is for seals.
 * </ul>
 */
final class LogSpace {

    /** Room for some forty seals, less in a small ring. What takes over more often in a full ring does without. */
    private static final long MOST_SEALS_BYTES = 8 << 10;

    private static final int SEALS_FRACTION = 32;

    /** The part of a ring that is left for sets whatever is in doubt. */
    private static final int SETS_FRACTION = 16;

    /** The longest record that any ring must take: an outcome or a seal. */
    private static final long SMALL_RECORD_BYTES = RecordFormat.recordBytes(BranchId.MAX_ENCODED_BYTES);

    private final LogGeometry geometry;
    private final long sealsBytes;
    private final long setsBytes;
    private final long firstExtentBytes;
    private final long shortExtentBytes;
    private final long baseBytes;
    private long trimPosition;

    LogSpace(LogGeometry geometry, long maxBaseBytes, long trimPosition) {
        this.geometry = geometry;
        this.trimPosition = trimPosition;
        this.sealsBytes = Math.min(MOST_SEALS_BYTES, LogGeometry.aligned(geometry.capacityBytes() / SEALS_FRACTION));
        this.setsBytes = LogGeometry.aligned(geometry.capacityBytes() / SETS_FRACTION);
        this.firstExtentBytes = Math.min(geometry.extentBytes(), geometry.capacityBytes());
        this.shortExtentBytes = geometry.capacityBytes() % firstExtentBytes;
        this.baseBytes = largestBase(maxBaseBytes);
    }

    /** The record of the largest base for which room can be kept in this geometry. */
    private long largestBase(long maxBaseBytes) {
        long recordBytes = Math.min(RecordFormat.recordBytes(maxBaseBytes), geometry.longestGroupBytes());
        while (recordBytes > RecordFormat.HEADER_BYTES && !isSustainable(recordBytes, InDoubtRoom.NONE)) {
            recordBytes = LogGeometry.aligned(recordBytes - recordBytes / 8) - LogGeometry.ALIGNMENT_BYTES;
        }
        return recordBytes;
    }

    /** The payload of the largest base. */
    long maxBaseBytes() {
        return baseBytes - RecordFormat.HEADER_BYTES;
    }

    long trimPosition() {
        return trimPosition;
    }

    void trimmed(long position) {
        trimPosition = Math.max(trimPosition, position);
    }

    long usedBytes(long endPosition) {
        return endPosition - trimPosition;
    }

    /** Whether a log that ends at a position is within the ring at all. */
    boolean isInside(long endPosition) {
        return usedBytes(endPosition) <= geometry.capacityBytes();
    }

    /** Whether a log that ends at a position leaves the whole reserve. */
    boolean leavesReserve(long endPosition, InDoubtRoom inDoubt) {
        return hasRoomFor(
                baseBytes + inDoubt.totalBytes() + sealsBytes, longest(baseBytes, inDoubt), endPosition, trimPosition);
    }

    /** Whether it leaves all of it but the part for seals. */
    boolean leavesReserveButSeals(long endPosition, InDoubtRoom inDoubt) {
        return hasRoomFor(baseBytes + inDoubt.totalBytes(), longest(baseBytes, inDoubt), endPosition, trimPosition);
    }

    /** Whether it leaves what the branches in doubt need until the next trim. */
    boolean leavesRoomInDoubt(long endPosition, InDoubtRoom inDoubt) {
        return hasRoomFor(inDoubt.totalBytes(), longest(0, inDoubt), endPosition, trimPosition);
    }

    /** Whether the log leaves the whole reserve after so many bytes of copies and then a trim. */
    boolean leavesReserveAfterTrim(long endPosition, long target, long copiesBytes, InDoubtRoom inDoubt) {
        long totalBytes = copiesBytes + baseBytes + inDoubt.totalBytes() + sealsBytes;
        return hasRoomFor(totalBytes, longest(baseBytes, inDoubt), endPosition, target);
    }

    /** Whether a ring with nothing but the largest base, copies of all in doubt and some sets leaves the whole reserve. */
    boolean isSustainable(InDoubtRoom inDoubt) {
        return isSustainable(baseBytes, inDoubt);
    }

    private boolean isSustainable(long largestBaseBytes, InDoubtRoom inDoubt) {
        long longestBytes = longest(largestBaseBytes, inDoubt);
        long restBytes = inDoubt.copiesBytes() + setsBytes + largestBaseBytes + inDoubt.totalBytes() + sealsBytes;
        // At worst the first extent's end comes just too early for the longest group, and the short extent after it.
        long worstPosition = Math.max(0, firstExtentBytes - longestBytes + LogGeometry.ALIGNMENT_BYTES);
        long fillerBytes = fillerBytes(worstPosition, restBytes, longestBytes) + shortExtentBytes;
        return largestBaseBytes + restBytes + fillerBytes <= geometry.capacityBytes();
    }

    private static long longest(long bytes, InDoubtRoom inDoubt) {
        return Math.max(Math.max(bytes, inDoubt.longestBytes()), SMALL_RECORD_BYTES);
    }

    /** What a log that ends at a position leaves besides the reserve when it is freed up to another; can be negative. */
    long spareBytes(long endPosition, long freedPosition, InDoubtRoom inDoubt) {
        long totalBytes = baseBytes + inDoubt.totalBytes() + sealsBytes;
        return freeBytes(endPosition, freedPosition)
                - totalBytes
                - fillerBytes(endPosition, totalBytes, longest(baseBytes, inDoubt));
    }

    private long freeBytes(long endPosition, long freedPosition) {
        return geometry.capacityBytes() - (endPosition - Math.max(freedPosition, trimPosition));
    }

    private boolean hasRoomFor(long totalBytes, long longestBytes, long endPosition, long freedPosition) {
        long freeBytes = freeBytes(endPosition, freedPosition);
        // First without a loop over extents: no filler is longer than the group behind it and a short extent.
        return 2 * totalBytes + shortExtentBytes <= freeBytes
                || totalBytes + fillerBytes(endPosition, totalBytes, longestBytes) <= freeBytes;
    }

    /**
     * The most that fillers can take when groups are written from a position on, in any order. Each extent's end may be
     * reached with a group that is just too long for what is left of the extent.
     */
    private long fillerBytes(long position, long totalBytes, long longestBytes) {
        long mostBytes = totalBytes + shortExtentBytes;
        long fillerBytes = 0;
        long leftBytes = totalBytes;
        long at = position;
        while (fillerBytes < mostBytes) {
            long contiguousBytes = geometry.contiguousBytes(at);
            if (leftBytes <= contiguousBytes) {
                return fillerBytes;
            }
            long unused = Math.min(contiguousBytes, Math.min(longestBytes, leftBytes) - LogGeometry.ALIGNMENT_BYTES);
            fillerBytes += unused;
            leftBytes -= contiguousBytes - unused;
            at += contiguousBytes;
        }
        return mostBytes;
    }
}
