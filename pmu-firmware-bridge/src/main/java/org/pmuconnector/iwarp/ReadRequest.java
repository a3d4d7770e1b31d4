package org.pmuconnector.iwarp;

import java.nio.ByteBuffer;

/**
 * The header of an RDMA Read Request (RFC 5040, section 4.4): all of the message after the DDP header. One object is used
 * again for each request.
 *
 * <pre>
 *  0 sink STag (32)    4 sink tagged offset (64)    12 message size (32)
 * 16 source STag (32) 20 source tagged offset (64)  28
 * </pre>
 */
public final class ReadRequest {

    /** The header. */
    public static final int LENGTH_BYTES = 28;

    private int sinkSteeringTag;
    private long sinkOffset;
    private long sizeBytes;
    private int sourceSteeringTag;
    private long sourceOffset;

    /**
     * Takes over a request's fields.
     *
     * @throws ProtocolFaultException if it is not one segment of the right length
     */
    public void parse(DdpSegment segment) throws ProtocolFaultException {
        if (!segment.isLast() || segment.payloadLengthBytes() > LENGTH_BYTES) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_UNTAGGED_TOO_LONG,
                    "an RDMA Read Request is one segment of " + LENGTH_BYTES + " bytes");
        }
        if (segment.payloadLengthBytes() < LENGTH_BYTES) {
            throw new ProtocolFaultException(
                    TerminateCode.RDMAP_STREAM_CATASTROPHIC,
                    "an RDMA Read Request of " + segment.payloadLengthBytes() + " bytes instead of " + LENGTH_BYTES);
        }
        ByteBuffer payload = segment.payload();
        sinkSteeringTag = payload.getInt();
        sinkOffset = payload.getLong();
        sizeBytes = payload.getInt() & 0xFFFF_FFFFL;
        sourceSteeringTag = payload.getInt();
        sourceOffset = payload.getLong();
    }

    static void write(
            ByteBuffer payload,
            int sinkSteeringTag,
            long sinkOffset,
            int sizeBytes,
            int sourceSteeringTag,
            long sourceOffset) {
        payload.putInt(sinkSteeringTag)
                .putLong(sinkOffset)
                .putInt(sizeBytes)
                .putInt(sourceSteeringTag)
                .putLong(sourceOffset);
    }

    /** The key under which the response is placed. */
    public int sinkSteeringTag() {
        return sinkSteeringTag;
    }

    /** Where the response's first byte is placed. */
    public long sinkOffset() {
        return sinkOffset;
    }

    /** How much is read; 0 to 2^32 - 1. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** The key under which it is read. */
    public int sourceSteeringTag() {
        return sourceSteeringTag;
    }

    /** Where the first byte is read. */
    public long sourceOffset() {
        return sourceOffset;
    }
}
