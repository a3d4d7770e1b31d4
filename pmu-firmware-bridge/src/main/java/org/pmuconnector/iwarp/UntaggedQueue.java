package org.pmuconnector.iwarp;

/**
 * The receiving end of one untagged queue: messages and their segments must come in order, without gaps (RFC 5041,
 * section 5.3). For one thread.
 */
public final class UntaggedQueue {

    /** The queue of Sends. */
    public static final int SEND = 0;

    /** The queue of RDMA Read Requests. */
    public static final int READ_REQUEST = 1;

    /** The queue of the Terminate message. */
    public static final int TERMINATE = 2;

    private int nextMessage = 1;
    private int nextOffset;

    /**
     * Checks that a segment is the queue's next.
     *
     * @throws ProtocolFaultException if it is not
     */
    public void accept(DdpSegment segment) throws ProtocolFaultException {
        if (segment.messageSequenceNumber() != nextMessage) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_UNTAGGED_SEQUENCE,
                    "message " + Integer.toUnsignedString(segment.messageSequenceNumber()) + " instead of "
                            + Integer.toUnsignedString(nextMessage));
        }
        if (segment.messageOffset() != nextOffset) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_UNTAGGED_OFFSET,
                    "offset " + Integer.toUnsignedString(segment.messageOffset()) + " instead of "
                            + Integer.toUnsignedString(nextOffset));
        }
        if (segment.isLast()) {
            nextMessage++;
            nextOffset = 0;
        } else {
            nextOffset += segment.payloadLengthBytes();
        }
    }

    /**
     * Checks that an untagged segment's opcode and queue belong together.
     *
     * @throws ProtocolFaultException if they do not
     */
    public static void check(DdpSegment segment, int expectedQueue) throws ProtocolFaultException {
        if (segment.queueNumber() != expectedQueue) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_UNTAGGED_QUEUE,
                    RdmapOpcode.name(segment.opcode()) + " on queue " + Integer.toUnsignedString(segment.queueNumber())
                            + " instead of " + expectedQueue);
        }
    }
}
