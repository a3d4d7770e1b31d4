package org.pmuconnector.iwarp;

import java.nio.ByteBuffer;

/**
 * A Terminate message after its DDP header (RFC 5040, section 4.8).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+---------------+-+-+-+-------------------------+
 * | layer | type  |     code      |M|D|R|        reserved         |
 * +-------+-------+---------------+-+-+-+-------------------------+
 * | M: DDP segment length (16) | D: DDP header (14 or 18 bytes)   |
 * | R: RDMAP header, of an RDMA Read Request (28 bytes)           |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * @param layer 0 to 15
 * @param errorType 0 to 15
 * @param errorCode 0 to 255
 * @param access what the offending segment wanted, if its headers came along: key and address, as text; otherwise empty
 */
public record Terminate(int layer, int errorType, int errorCode, String access) {

    /** The longest message. */
    public static final int MAX_LENGTH_BYTES =
            4 + 2 + DdpSegment.UNTAGGED_HEADER_LENGTH_BYTES + ReadRequest.LENGTH_BYTES;

    private static final int SEGMENT_LENGTH_FLAG = 0x80;
    private static final int DDP_HEADER_FLAG = 0x40;
    private static final int RDMAP_HEADER_FLAG = 0x20;

    /**
     * Writes a message from the sink's position on.
     *
     * @param offender the segment that caused it, or null if there was none
     */
    public static void write(ByteBuffer sink, TerminateCode code, DdpSegment offender) {
        boolean headers = offender != null && code.carriesHeaders();
        boolean readRequest = headers && isReadRequest(offender);
        sink.put((byte) (code.layer() << 4 | code.errorType()));
        sink.put((byte) code.errorCode());
        sink.put(
                (byte) ((headers ? SEGMENT_LENGTH_FLAG | DDP_HEADER_FLAG : 0) | (readRequest ? RDMAP_HEADER_FLAG : 0)));
        sink.put((byte) 0);
        if (headers) {
            sink.putShort((short) offender.lengthBytes());
            int length = offender.headerLengthBytes() + (readRequest ? ReadRequest.LENGTH_BYTES : 0);
            for (int i = 0; i < length; i++) {
                sink.put(offender.byteAt(i));
            }
        }
    }

    private static boolean isReadRequest(DdpSegment segment) {
        return !segment.isTagged()
                && segment.opcode() == RdmapOpcode.READ_REQUEST
                && segment.payloadLengthBytes() >= ReadRequest.LENGTH_BYTES;
    }

    /** Understands a message; one cut short still gives what is there, zero for the rest. */
    public static Terminate parse(ByteBuffer payload) {
        int first = payload.hasRemaining() ? payload.get() & 0xFF : 0;
        int code = payload.hasRemaining() ? payload.get() & 0xFF : 0;
        int flags = payload.remaining() >= 2 ? payload.getShort() >>> 8 & 0xFF : 0;
        if ((flags & SEGMENT_LENGTH_FLAG) != 0 && payload.remaining() >= 2) {
            payload.getShort();
        }
        return new Terminate(first >>> 4, first & 0x0F, code, access(payload, flags));
    }

    private static String access(ByteBuffer headers, int flags) {
        if ((flags & DDP_HEADER_FLAG) == 0 || !headers.hasRemaining()) {
            return "";
        }
        int start = headers.position();
        boolean tagged = (headers.get(start) & DdpSegment.TAGGED_FLAG) != 0;
        if (tagged && headers.remaining() >= DdpSegment.TAGGED_HEADER_LENGTH_BYTES) {
            return access("write", headers.getInt(start + 2), headers.getLong(start + 6));
        }
        int readRequest = start + DdpSegment.UNTAGGED_HEADER_LENGTH_BYTES;
        if (!tagged && (flags & RDMAP_HEADER_FLAG) != 0 && headers.limit() >= readRequest + ReadRequest.LENGTH_BYTES) {
            return access("read", headers.getInt(readRequest + 16), headers.getLong(readRequest + 20));
        }
        return "";
    }

    private static String access(String kind, int key, long address) {
        return kind + " under key 0x" + Integer.toHexString(key) + " at address 0x" + Long.toHexString(address);
    }

    /** Whether the peer's tables refused an access, rather than that this side broke the protocol. */
    public boolean isProtectionFault() {
        TerminateCode code = TerminateCode.of(layer, errorType, errorCode);
        return code != null && code.isProtectionFault();
    }

    /** For messages to people: the reason with its numbers, and the access that it is about. */
    public String text() {
        TerminateCode code = TerminateCode.of(layer, errorType, errorCode);
        String reason = code == null
                ? TerminateCode.text(layer, errorType, errorCode, "error that is not known here")
                : code.text();
        return access.isEmpty() ? reason : reason + ", " + access;
    }
}
