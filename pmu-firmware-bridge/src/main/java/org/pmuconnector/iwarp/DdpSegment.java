package org.pmuconnector.iwarp;

import java.nio.ByteBuffer;

/**
 * A DDP segment with the RDMAP control field in it (RFC 5041, section 4; RFC 5040, section 4.1), as a view of received
 * bytes. One object is used again for each segment; what it shows is valid until the next one is parsed.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-------+---+---+---+-------+
 * |T|L|reservd|DV |RV |rsv| opcode|
 * +-+-+-------+---+---+---+-------+-------------------------------+
 * tagged:         |                     STag                      |
 * +---------------+-----------------------------------------------+
 * |                         tagged offset (64)                    |
 * +---------------------------------------------------------------+
 * untagged:       |       STag to invalidate, or reserved         |
 * +---------------+-----------------------------------------------+
 * |  queue number (32) | message sequence number (32)  | message  |
 * |  offset (32)                                                  |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class DdpSegment {

    /** A tagged segment's header. */
    public static final int TAGGED_HEADER_LENGTH_BYTES = 14;

    /** An untagged segment's header. */
    public static final int UNTAGGED_HEADER_LENGTH_BYTES = 18;

    static final int TAGGED_FLAG = 0x80;
    static final int LAST_FLAG = 0x40;
    static final int DDP_VERSION = 1;
    static final int RDMAP_VERSION = 1;

    private static final int DDP_VERSION_MASK = 0x03;
    private static final int RDMAP_VERSION_SHIFT = 6;
    private static final int OPCODE_MASK = 0x0F;

    private ByteBuffer bytes;
    private int offset;
    private int lengthBytes;

    DdpSegment() {}

    static int ddpControl(boolean tagged, boolean last) {
        return (tagged ? TAGGED_FLAG : 0) | (last ? LAST_FLAG : 0) | DDP_VERSION;
    }

    static int rdmapControl(int opcode) {
        return RDMAP_VERSION << RDMAP_VERSION_SHIFT | opcode;
    }

    /**
     * Looks at the segment there and checks what holds for every segment.
     *
     * @param bytes whose payload view {@link #payload()} hands out; its position and limit are moved by that
     */
    void parse(ByteBuffer bytes, int offset, int lengthBytes) throws ProtocolFaultException {
        this.bytes = bytes;
        this.offset = offset;
        this.lengthBytes = lengthBytes;
        if (lengthBytes < 2) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_LOCAL_CATASTROPHIC, "a segment of " + lengthBytes + " bytes has no header");
        }
        int ddpVersion = bytes.get(offset) & DDP_VERSION_MASK;
        if (ddpVersion != DDP_VERSION) {
            throw new ProtocolFaultException(
                    isTagged() ? TerminateCode.DDP_TAGGED_VERSION : TerminateCode.DDP_UNTAGGED_VERSION,
                    "version " + ddpVersion + " instead of " + DDP_VERSION);
        }
        if (lengthBytes < headerLengthBytes()) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_LOCAL_CATASTROPHIC,
                    "a segment of " + lengthBytes + " bytes is shorter than its header of " + headerLengthBytes());
        }
        int rdmapVersion = (bytes.get(offset + 1) & 0xFF) >>> RDMAP_VERSION_SHIFT;
        if (rdmapVersion != RDMAP_VERSION) {
            throw new ProtocolFaultException(
                    TerminateCode.RDMAP_VERSION, "version " + rdmapVersion + " instead of " + RDMAP_VERSION);
        }
    }

    /** Whether it names its place by steering tag and offset. */
    public boolean isTagged() {
        return (bytes.get(offset) & TAGGED_FLAG) != 0;
    }

    /** Whether it is its message's last. */
    public boolean isLast() {
        return (bytes.get(offset) & LAST_FLAG) != 0;
    }

    /** One of {@link RdmapOpcode}, or an unknown one. */
    public int opcode() {
        return bytes.get(offset + 1) & OPCODE_MASK;
    }

    /** A tagged segment's key. */
    public int steeringTag() {
        return bytes.getInt(offset + 2);
    }

    /** A tagged segment's place. */
    public long taggedOffset() {
        return bytes.getLong(offset + 6);
    }

    /** An untagged segment's queue; unsigned. */
    public int queueNumber() {
        return bytes.getInt(offset + 6);
    }

    /** An untagged segment's message in its queue, from 1; unsigned, wraps. */
    public int messageSequenceNumber() {
        return bytes.getInt(offset + 10);
    }

    /** An untagged segment's place in its message; unsigned. */
    public int messageOffset() {
        return bytes.getInt(offset + 14);
    }

    /** The whole segment. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** What comes after the header. */
    public int payloadLengthBytes() {
        return lengthBytes - headerLengthBytes();
    }

    /** What comes after the header, from position to limit; the same buffer each time. */
    public ByteBuffer payload() {
        bytes.limit(offset + lengthBytes).position(offset + headerLengthBytes());
        return bytes;
    }

    int headerLengthBytes() {
        return isTagged() ? TAGGED_HEADER_LENGTH_BYTES : UNTAGGED_HEADER_LENGTH_BYTES;
    }

    /** A byte of the segment, header included. */
    byte byteAt(int index) {
        return bytes.get(offset + index);
    }
}
