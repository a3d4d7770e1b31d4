package org.pmuconnector.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.model.PmuException;

/** The bytes of a batch of groups, and the places where they belong. Reused from batch to batch. */
final class BatchBuffer {

    private static final int INITIAL_BYTES = 64 << 10;
    private static final int KEPT_BYTES = 2 << 20;
    private static final byte[] PADDING = new byte[LogGeometry.ALIGNMENT_BYTES];

    /** Bytes that belong together in the region. */
    private record Piece(long position, int start, int end) {}

    private final LogGeometry geometry;
    private final long salt;
    private final RecordFormat format = new RecordFormat();
    private final List<Piece> pieces = new ArrayList<>();
    private ByteBuffer bytes = ByteBuffer.allocateDirect(INITIAL_BYTES);
    private long batchPosition;
    private int end;

    BatchBuffer(LogGeometry geometry, long salt) {
        this.geometry = geometry;
        this.salt = salt;
    }

    void begin(long position) {
        pieces.clear();
        batchPosition = position;
        end = 0;
        if (bytes.capacity() > KEPT_BYTES) {
            bytes = ByteBuffer.allocateDirect(INITIAL_BYTES);
        }
    }

    int lengthBytes() {
        return end;
    }

    /** Encodes a group behind what is there. */
    void put(LogGroup group) {
        LogRecord first = group.first();
        int lengthBytes = first.kind().isSkip() ? RecordFormat.HEADER_BYTES : Math.toIntExact(group.lengthBytes());
        ensure(lengthBytes);
        int start = end;
        for (LogRecord record : group.records()) {
            int at = start + (int) (record.position() - group.position());
            RecordFormat.putHeader(bytes, at, record, lengthBytes, batchPosition);
            int payloadAt = at + RecordFormat.HEADER_BYTES;
            int payloadEnd = payloadAt + record.payload().length;
            bytes.put(payloadAt, record.payload());
            bytes.put(payloadEnd, PADDING, 0, (int) LogGeometry.aligned(payloadEnd) - payloadEnd);
            format.seal(bytes, at, salt);
        }
        end = start + lengthBytes;
        int last = pieces.size() - 1;
        Piece before = last < 0 ? null : pieces.get(last);
        boolean joins = before != null
                && before.position + (before.end - before.start) == group.position()
                && !geometry.isExtentStart(group.position());
        if (joins) {
            pieces.set(last, new Piece(before.position, before.start, end));
        } else {
            pieces.add(new Piece(group.position(), start, end));
        }
    }

    private void ensure(int moreBytes) {
        if (bytes.capacity() - end < moreBytes) {
            int capacity = (int) Math.min(Math.max(2L * bytes.capacity(), (long) end + moreBytes), Integer.MAX_VALUE);
            ByteBuffer larger = ByteBuffer.allocateDirect(capacity);
            larger.put(0, bytes, 0, end);
            bytes = larger;
        }
    }

    /** Posts all and returns when it is at the region's level. */
    void write(RegionMemory memory) throws PmuException {
        for (Piece piece : pieces) {
            ByteBuffer source = bytes.duplicate().position(piece.start).limit(piece.end);
            memory.write(geometry.offset(piece.position), source);
        }
        for (Piece piece : pieces) {
            memory.flush(geometry.offset(piece.position), piece.end - piece.start);
        }
    }

    /** Writes a group alone and returns when it is at the region's persistence level; the batch stays as it is. */
    void writeAlone(LogGroup group, RegionMemory memory) throws PmuException {
        BatchBuffer alone = new BatchBuffer(geometry, salt);
        alone.begin(group.position());
        alone.put(group);
        alone.write(memory);
    }

    /** Brings a range of positions to the region's level. */
    static void flush(RegionMemory memory, LogGeometry geometry, long fromPosition, long toPosition)
            throws PmuException {
        long at = fromPosition;
        while (at < toPosition) {
            long lengthBytes = Math.min(geometry.contiguousBytes(at), toPosition - at);
            memory.flush(geometry.offset(at), lengthBytes);
            at += lengthBytes;
        }
    }
}
