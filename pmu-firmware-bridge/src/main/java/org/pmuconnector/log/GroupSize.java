package org.pmuconnector.log;

import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** How much of the log a transaction takes, and whether a region can ever hold it. */
public final class GroupSize {

    private GroupSize() {}

    /**
     * The bytes of a group with these sets.
     *
     * @throws PmuException {@code PAYLOAD_TOO_LARGE} if the region cannot hold it, however empty it is
     */
    static long of(List<PendingSet> sets, long openingBytes, LogGeometry geometry, long maxBaseBytes)
            throws PmuException {
        if (sets.isEmpty()) {
            throw new IllegalArgumentException("a group without sets");
        }
        long bytes = openingBytes;
        for (PendingSet set : sets) {
            checkBase(set, maxBaseBytes);
            bytes += RecordFormat.recordBytes(set.payload().length);
        }
        check(bytes, geometry);
        return bytes;
    }

    /**
     * Checks a set before its transaction is complete.
     *
     * @param payloadBytesBefore what the transaction's earlier sets carry
     * @throws PmuException {@code PAYLOAD_TOO_LARGE} if no transaction of the region can hold that much
     */
    public static void check(PendingSet set, long payloadBytesBefore, LogGeometry geometry, long maxBaseBytes)
            throws PmuException {
        checkBase(set, maxBaseBytes);
        check(payloadBytesBefore + RecordFormat.recordBytes(set.payload().length), geometry);
    }

    private static void checkBase(PendingSet set, long maxBaseBytes) throws PmuException {
        if (set.isBase() && set.payload().length > maxBaseBytes) {
            throw new PmuException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "a state of " + set.payload().length + " bytes; this region keeps room for one of " + maxBaseBytes
                            + " bytes: create it with a greater maxBaseBytes");
        }
    }

    private static void check(long bytes, LogGeometry geometry) throws PmuException {
        if (bytes > geometry.longestGroupBytes()) {
            throw new PmuException(
                    ErrorCode.PAYLOAD_TOO_LARGE,
                    "a transaction of " + bytes + " bytes in the log; this region takes at most "
                            + geometry.longestGroupBytes() + ": write less in one transaction or enlarge the region");
        }
    }
}
