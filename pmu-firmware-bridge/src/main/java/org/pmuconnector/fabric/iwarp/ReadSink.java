package org.pmuconnector.fabric.iwarp;

import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.pmuconnector.iwarp.DdpSegment;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.TerminateCode;

/**
 * Where the responses of the read in progress go, and what exactly they may be: the requested bytes, in order, once.
 * Each read has a steering tag of its own. For one thread; used again for each read.
 */
final class ReadSink {

    /** The longest range asked for in one Read Request. */
    static final int REQUEST_LENGTH_BYTES = 1024 * 1024;

    private ByteBuffer sink;
    private int steeringTag = ThreadLocalRandom.current().nextInt();
    private int totalBytes;
    private int requestedBytes;
    private int receivedBytes;
    private int outstanding;

    /** Begins a read that fills the sink. */
    void begin(ByteBuffer sink) {
        this.sink = sink;
        steeringTag++;
        totalBytes = sink.remaining();
        requestedBytes = 0;
        receivedBytes = 0;
        outstanding = 0;
    }

    /** Nothing more is expected. */
    void end() {
        sink = null;
        totalBytes = 0;
    }

    int steeringTag() {
        return steeringTag;
    }

    /** Where in the read the next request begins. */
    int requestedBytes() {
        return requestedBytes;
    }

    /** How much the next request asks for; 0 if all has been requested. */
    int nextRequestBytes() {
        return Math.min(REQUEST_LENGTH_BYTES, totalBytes - requestedBytes);
    }

    /** A request for {@link #nextRequestBytes()} has been added. */
    void requested() {
        requestedBytes += nextRequestBytes();
        outstanding++;
    }

    int outstanding() {
        return outstanding;
    }

    boolean isComplete() {
        return receivedBytes == totalBytes;
    }

    /** Takes a Read Response segment, if it is exactly the next. */
    void accept(DdpSegment segment) throws ProtocolFaultException {
        if (outstanding == 0 || segment.steeringTag() != steeringTag) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_TAGGED_INVALID_STAG,
                    "a response under tag 0x" + Integer.toHexString(segment.steeringTag()) + " was not asked for");
        }
        int requestEnd = Math.min(totalBytes, (receivedBytes / REQUEST_LENGTH_BYTES + 1) * REQUEST_LENGTH_BYTES);
        int length = segment.payloadLengthBytes();
        if (segment.taggedOffset() != receivedBytes || length > requestEnd - receivedBytes) {
            throw new ProtocolFaultException(
                    TerminateCode.DDP_TAGGED_BASE_OR_BOUNDS,
                    "a response of " + length + " bytes at offset " + segment.taggedOffset() + " instead of "
                            + receivedBytes + ", with " + (requestEnd - receivedBytes) + " to come");
        }
        boolean complete = receivedBytes + length == requestEnd;
        if (segment.isLast() != complete || length == 0) {
            throw new ProtocolFaultException(
                    TerminateCode.RDMAP_STREAM_CATASTROPHIC,
                    "a response ends at " + (receivedBytes + length) + " bytes instead of " + requestEnd);
        }
        sink.put(segment.payload());
        receivedBytes += length;
        if (complete) {
            outstanding--;
        }
    }
}
