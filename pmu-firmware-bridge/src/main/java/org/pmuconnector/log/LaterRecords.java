package org.pmuconnector.log;

import java.nio.ByteBuffer;
import java.util.List;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.PmuException;

/**
 * Looks behind a place where no valid group stands for proof that an acknowledged one did: an intact record whose batch
 * began behind that place was written when everything before its batch had been acknowledged.
 *
 * <p>It looks right behind the place, and, if what stands there still tells how long it was, behind that. Each look has a
 * bounded reach, so proof farther away is missed; what it finds is always true at the moment of the look.
 *
 * <p>One thread at a time.
 */
final class LaterRecords {

    /** How far to look when it matters most: before a log is taken to end here. */
    static final long FAR_BYTES = 1 << 20;

    /** How far to look in passing. */
    static final long NEAR_BYTES = 64 << 10;

    private static final int READ_BYTES = 256 << 10;

    /** More headers that turn out to be none are no accident but made to keep readers busy. */
    private static final int MOST_CANDIDATES = 16;

    private final RegionMemory memory;
    private final LogGeometry geometry;
    private ByteBuffer buffer;
    private int candidatesLeft;

    LaterRecords(RegionMemory memory, LogGeometry geometry) {
        this.memory = memory;
        this.geometry = geometry;
    }

    /** Whether a buffer that was read gives any reason to look closer. */
    static boolean isSuspect(ByteBuffer read, long readPosition, EpochStart epoch, long position) {
        int at = (int) (position - readPosition);
        if (at + RecordFormat.HEADER_BYTES > read.limit()) {
            return false;
        }
        return RecordFormat.isHeader(read, at, epoch.epoch(), position)
                || nextCandidate(read, at, read.limit(), readPosition, epoch, position) >= 0;
    }

    /** Whether records stand behind a position that were written when what was at the position had been acknowledged. */
    boolean existBehind(long position, EpochStart epoch, long reachBytes) throws PmuException {
        int bufferBytes = (int) Math.min(Math.min(reachBytes, READ_BYTES), geometry.capacityBytes());
        if (buffer == null || buffer.capacity() < bufferBytes) {
            buffer = ByteBuffer.allocateDirect(bufferBytes);
        }
        candidatesLeft = MOST_CANDIDATES;
        long claimedEnd = claimedEnd(position, epoch);
        return existWithin(position, reachBytes, epoch, position)
                || (claimedEnd >= position + reachBytes && existWithin(claimedEnd, NEAR_BYTES, epoch, position));
    }

    /** Where the next group would begin by what is left of the header at the position, 0 if nothing is left. */
    private long claimedEnd(long position, EpochStart epoch) throws PmuException {
        buffer.clear().limit(RecordFormat.HEADER_BYTES);
        memory.read(geometry.offset(position), buffer);
        if (!RecordFormat.isHeader(buffer, 0, epoch.epoch(), position)) {
            return 0;
        }
        RecordKind kind = RecordKind.ofCode(buffer.get(RecordFormat.KIND_AT));
        long lengthBytes = kind != null && kind.isSkip()
                ? buffer.getLong(RecordFormat.REFERENCE_AT)
                : buffer.getInt(RecordFormat.GROUP_BYTES_AT);
        boolean plausible = lengthBytes >= 0
                && lengthBytes <= geometry.capacityBytes()
                && lengthBytes % LogGeometry.ALIGNMENT_BYTES == 0;
        return plausible ? position + lengthBytes : 0;
    }

    private boolean existWithin(long from, long reachBytes, EpochStart epoch, long position) throws PmuException {
        long end = Math.min(from + reachBytes, position + geometry.capacityBytes());
        long at = from;
        while (at < end && candidatesLeft > 0) {
            int lengthBytes = (int) Math.min(buffer.capacity(), Math.min(geometry.contiguousBytes(at), end - at));
            buffer.clear().limit(lengthBytes);
            memory.read(geometry.offset(at), buffer);
            if (isProofIn(lengthBytes, at, epoch, position)) {
                return true;
            }
            at += lengthBytes;
        }
        return false;
    }

    private boolean isProofIn(int lengthBytes, long bufferPosition, EpochStart epoch, long position)
            throws PmuException {
        int at = nextCandidate(buffer, 0, lengthBytes, bufferPosition, epoch, position);
        while (at >= 0 && candidatesLeft > 0) {
            candidatesLeft--;
            LogReader candidate = new LogReader(memory, geometry, List.of(epoch), bufferPosition + at);
            if (candidate.next() != null) {
                return true;
            }
            at = nextCandidate(buffer, at + LogGeometry.ALIGNMENT_BYTES, lengthBytes, bufferPosition, epoch, position);
        }
        return false;
    }

    /** The index of the next header that would be proof if it were intact, -1 if there is none. */
    private static int nextCandidate(
            ByteBuffer bytes, int from, int limit, long bufferPosition, EpochStart epoch, long position) {
        for (int at = from; at + RecordFormat.HEADER_BYTES <= limit; at += LogGeometry.ALIGNMENT_BYTES) {
            if (RecordFormat.isHeader(bytes, at, epoch.epoch(), bufferPosition + at)
                    && RecordFormat.batchPosition(bytes, at) > position) {
                return at;
            }
        }
        return -1;
    }
}
