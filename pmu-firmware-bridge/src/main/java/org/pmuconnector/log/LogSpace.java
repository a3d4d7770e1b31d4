package org.pmuconnector.log;

import java.util.Collection;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * How much of a ring may be written. A reserve that sets never use keeps room for what must always be possible: one base
 * of the largest size, a copy and the outcome of every branch in doubt, voids and a seal; and for the unused rest of the
 * extents that these may cross.
 */
final class LogSpace {

    /** What a group is, as far as room is concerned. */
    enum Use {
        /** Leaves the whole reserve. */
        SETS,
        /** Leaves the whole reserve, and adds to it. */
        PREPARED,
        /** May use the base's part of the reserve. */
        BASE,
        /** May use all: outcomes, copies, seals, voids. */
        KEPT
    }

    /** For seals, voids and fillers without content: many more than can come before something is freed. */
    private static final long SMALL_RECORDS_BYTES = 8L << 10;

    private static final long OUTCOME_BYTES = RecordFormat.recordBytes(BranchId.MAX_ENCODED_BYTES);

    private final LogGeometry geometry;
    private final long maxBaseBytes;
    private long trimPosition;

    LogSpace(LogGeometry geometry, long maxBaseBytes, long trimPosition) {
        this.geometry = geometry;
        this.maxBaseBytes = maxBaseBytes;
        this.trimPosition = trimPosition;
    }

    long maxBaseBytes() {
        return maxBaseBytes;
    }

    long trimPosition() {
        return trimPosition;
    }

    void trimmed(long position) {
        trimPosition = Math.max(trimPosition, position);
    }

    /** Where a group would begin if the log ended at a position: behind a filler where it would cross an extent. */
    long place(long position, long groupBytes) {
        long contiguous = geometry.contiguousBytes(position);
        return groupBytes <= contiguous ? position : position + contiguous;
    }

    /**
     * Checks that a group may be written.
     *
     * @throws PmuException {@code REGION_FULL} that tells how much is in use and what is reserved
     */
    void check(long endPosition, Use use, long groupBytes, Collection<PreparedGroup> prepared) throws PmuException {
        long reserve = reserveBytes(use, groupBytes, prepared);
        long used = endPosition - trimPosition;
        if (used + reserve > geometry.capacityBytes()) {
            throw new PmuException(
                    ErrorCode.REGION_FULL,
                    "no room for " + groupBytes + " bytes: with them " + used + " of " + geometry.capacityBytes()
                            + " bytes would be in use and " + reserve + " must stay free; overwrite with a base, clear"
                            + " what was taken, or create a larger region");
        }
    }

    private long reserveBytes(Use use, long groupBytes, Collection<PreparedGroup> prepared) {
        if (use == Use.KEPT) {
            return 0;
        }
        long longest = 0;
        long copies = 0;
        for (PreparedGroup group : prepared) {
            longest = Math.max(longest, group.lengthBytes());
            copies += group.lengthBytes() + OUTCOME_BYTES;
        }
        if (use == Use.PREPARED) {
            longest = Math.max(longest, groupBytes);
            copies += groupBytes + OUTCOME_BYTES;
        }
        long base = use == Use.BASE ? 0 : RecordFormat.recordBytes(maxBaseBytes);
        return base + Math.max(base, longest) + copies + SMALL_RECORDS_BYTES;
    }
}
