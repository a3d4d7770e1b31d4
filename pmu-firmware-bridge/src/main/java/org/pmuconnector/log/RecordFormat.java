package org.pmuconnector.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The durable form of a record, version 1. A record begins at a multiple of 64 bytes; integers are big-endian.
 *
 * <pre>
 *       0        1        2        3        4        5        6        7
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  0 | magic "PMCR"                      | version| kind   | batch offset    |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  8 | epoch                                                                 |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 16 | log position of this record                                           |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 24 | sequence                                                              |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 32 | time stamp, milliseconds since 1970                                   |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 40 | payload version                   | payload length                    |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 48 | bytes of the whole group          | CRC32C                            |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 56 | reference                                                             |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 64 | payload, then up to 63 zero bytes                                     |
 * </pre>
 *
 * <p><em>Batch offset</em>: how far before this record its batch starts, in units of 64 bytes; 65,535 for that far or
 * farther. All that lies before a batch was acknowledged when the batch was written: a valid record behind an invalid
 * group proves that something acknowledged was damaged, unless both are of one batch.
 *
 * <p><em>Sequence</em>: of a set, its own; 0 in a prepared group. Of an outcome that commits, that of its first set. Of
 * all others, the newest committed before.
 *
 * <p><em>Payload version</em>: of a set, the application's; of an outcome, how many sets it commits, 0 for a rollback.
 *
 * <p><em>Bytes of the whole group</em>: the same in each of its records; of void and filler, those of the record alone.
 *
 * <p><em>Reference</em>: of a base, the sequence it covers, with the top bit set where it also covers the sets before it
 * in its own group; of an outcome, the prepared group's position; of void and filler, the bytes to skip from the record's
 * start.
 *
 * <p>The CRC32C runs over the epoch's salt (8 bytes), the header without the CRC field, and the payload, which void and
 * filler do not have.
 *
 * <p>A later version keeps magic, version, epoch, position, payload length, bytes of the group and CRC32C where they are:
 * then this version tells what a later one wrote from what nobody wrote.
 *
 * <p>One thread at a time.
 */
final class RecordFormat {

    static final int HEADER_BYTES = 64;
    static final int MAGIC = 0x504D4352;
    static final byte VERSION = 1;

    static final int MAGIC_AT = 0;
    static final int VERSION_AT = 4;
    static final int KIND_AT = 5;
    static final int BATCH_OFFSET_AT = 6;
    static final int EPOCH_AT = 8;
    static final int POSITION_AT = 16;
    static final int SEQUENCE_AT = 24;
    static final int TIMESTAMP_AT = 32;
    static final int PAYLOAD_VERSION_AT = 40;
    static final int PAYLOAD_LENGTH_AT = 44;
    static final int GROUP_BYTES_AT = 48;
    static final int CRC_AT = 52;
    static final int REFERENCE_AT = 56;

    /** In a base's reference: it also covers the sets before it in its own group. */
    static final long COVERS_OWN_GROUP = 1L << 63;

    /** The batch offset of a record that is too far from its batch's start for the field. */
    static final int FAR_UNITS = 0xFFFF;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer saltBytes = ByteBuffer.allocate(Long.BYTES);

    /** The bytes that a record with so long a payload takes. */
    static long recordBytes(long payloadBytes) {
        return LogGeometry.aligned(HEADER_BYTES + payloadBytes);
    }

    /** Writes all fields but the checksum; the payload follows at {@code at + HEADER_BYTES}. */
    static void putHeader(ByteBuffer out, int at, LogRecord record, long groupBytes, long batchPosition) {
        long batchOffsetUnits = (record.position() - batchPosition) / LogGeometry.ALIGNMENT_BYTES;
        out.putInt(at + MAGIC_AT, MAGIC);
        out.put(at + VERSION_AT, VERSION);
        out.put(at + KIND_AT, (byte) record.kind().code());
        out.putShort(at + BATCH_OFFSET_AT, (short) Math.min(batchOffsetUnits, FAR_UNITS));
        out.putLong(at + EPOCH_AT, record.epoch());
        out.putLong(at + POSITION_AT, record.position());
        out.putLong(at + SEQUENCE_AT, record.sequence());
        out.putLong(at + TIMESTAMP_AT, record.timestampMillis());
        out.putInt(at + PAYLOAD_VERSION_AT, record.payloadVersion());
        out.putInt(at + PAYLOAD_LENGTH_AT, record.payload().length);
        out.putInt(at + GROUP_BYTES_AT, (int) groupBytes);
        out.putLong(at + REFERENCE_AT, record.reference());
    }

    /** Computes the checksum over a header and the payload behind it, and stores it. */
    void seal(ByteBuffer out, int at, long salt) {
        out.putInt(at + CRC_AT, checksum(out, at, salt, out.getInt(at + PAYLOAD_LENGTH_AT)));
    }

    /** Whether the checksum of the record at an index is right. The payload must lie within the buffer. */
    boolean isIntact(ByteBuffer in, int at, long salt, int payloadBytes) {
        return in.getInt(at + CRC_AT) == checksum(in, at, salt, payloadBytes);
    }

    /** Whether a header is at an index that says that it belongs to an epoch and a position. Proves nothing yet. */
    static boolean isHeader(ByteBuffer in, int at, long epoch, long position) {
        return in.getInt(at + MAGIC_AT) == MAGIC
                && in.getLong(at + EPOCH_AT) == epoch
                && in.getLong(at + POSITION_AT) == position;
    }

    /** Where a record's batch starts, -1 where the record is too far from it to tell. */
    static long batchPosition(ByteBuffer in, int at) {
        int units = in.getShort(at + BATCH_OFFSET_AT) & 0xFFFF;
        return units == FAR_UNITS ? -1 : in.getLong(at + POSITION_AT) - (long) units * LogGeometry.ALIGNMENT_BYTES;
    }

    private int checksum(ByteBuffer bytes, int at, long salt, int payloadBytes) {
        int position = bytes.position();
        int limit = bytes.limit();
        crc.reset();
        saltBytes.putLong(0, salt).clear();
        crc.update(saltBytes);
        bytes.limit(at + CRC_AT).position(at);
        crc.update(bytes);
        bytes.limit(at + HEADER_BYTES + payloadBytes).position(at + REFERENCE_AT);
        crc.update(bytes);
        bytes.limit(limit).position(position);
        return (int) crc.getValue();
    }
}
