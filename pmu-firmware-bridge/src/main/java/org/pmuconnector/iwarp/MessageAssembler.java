package org.pmuconnector.iwarp;

import java.nio.ByteBuffer;

/**
 * Puts the segments of Send messages together. A message of one segment is not copied. For one thread.
 */
public final class MessageAssembler {

    private static final int INITIAL_CAPACITY_BYTES = 4 * 1024;

    private final int maxLengthBytes;
    private final UntaggedQueue queue = new UntaggedQueue();
    private ByteBuffer parts = ByteBuffer.allocate(0);
    private boolean inMessage;

    /** An assembler of messages up to that length. */
    public MessageAssembler(int maxLengthBytes) {
        this.maxLengthBytes = maxLengthBytes;
    }

    /**
     * Adds a segment.
     *
     * @return the message from position to limit, if this segment completes it, otherwise null; valid until the next
     *     call, and as long as the segment
     * @throws ProtocolFaultException if the segment is not the next, or the message gets too long
     */
    public ByteBuffer add(DdpSegment segment) throws ProtocolFaultException {
        UntaggedQueue.check(segment, UntaggedQueue.SEND);
        queue.accept(segment);
        int length = segment.payloadLengthBytes();
        boolean first = segment.messageOffset() == 0;
        if (first) {
            parts.clear();
        }
        if (parts.position() + length > maxLengthBytes) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_UNTAGGED_TOO_LONG, "a message is at most " + maxLengthBytes + " bytes");
        }
        if (first && segment.isLast()) {
            return segment.payload();
        }
        reserve(length);
        parts.put(segment.payload());
        inMessage = !segment.isLast();
        return segment.isLast() ? parts.flip() : null;
    }

    /** Gives up the buffer, if no message has begun: for streams that are idle. */
    public void trim() {
        if (!inMessage) {
            parts = ByteBuffer.allocate(0);
        }
    }

    private void reserve(int lengthBytes) {
        if (parts.remaining() >= lengthBytes) {
            return;
        }
        int needed = parts.position() + lengthBytes;
        int capacity = Math.max(INITIAL_CAPACITY_BYTES, Math.max(needed, 2 * parts.capacity()));
        ByteBuffer larger = ByteBuffer.allocate(Math.min(capacity, maxLengthBytes));
        parts = larger.put(parts.flip());
    }
}
