package org.pmuconnector.pmu.nic.iwarp;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.ToInitiator;
import org.pmuconnector.iwarp.DdpSegment;
import org.pmuconnector.iwarp.FpduReader;
import org.pmuconnector.iwarp.FpduWriter;
import org.pmuconnector.iwarp.MessageAssembler;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.RdmapOpcode;
import org.pmuconnector.iwarp.ReadRequest;
import org.pmuconnector.iwarp.Terminate;
import org.pmuconnector.iwarp.TerminateCode;
import org.pmuconnector.iwarp.UntaggedQueue;
import org.pmuconnector.pmu.nic.ControlService.ControlConnection;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.RemoteMemory;

/**
 * What a stream's segments do: Writes are placed, Reads answered, Sends handed to the manager, in the order of arrival.
 * For the stream's thread. Writes and Reads allocate nothing.
 *
 * <p>Separate from {@link NicStream}, which owns the socket and time.
 */
final class SegmentServer {

    private final RemoteMemory memory;
    private final ControlConnection control;
    private final long protectionDomain;
    private final FpduReader reader;
    private final FpduWriter writer;
    private final Output output;
    private final MessageAssembler requests;
    private final UntaggedQueue reads = new UntaggedQueue();
    private final ReadRequest readRequest = new ReadRequest();
    private DdpSegment current;
    private int nextSend = 1;
    private boolean established;
    private Terminate terminated;

    /** Sends what the writer holds and empties it. */
    interface Output {
        void drain() throws IOException;
    }

    SegmentServer(
            RemoteMemory memory,
            ControlConnection control,
            boolean crcUsed,
            int maxRequestLengthBytes,
            FpduWriter writer,
            Output output) {
        this.memory = memory;
        this.control = control;
        this.protectionDomain = control.protectionDomain();
        this.reader = new FpduReader(crcUsed);
        this.writer = writer;
        this.output = output;
        this.requests = new MessageAssembler(maxRequestLengthBytes);
    }

    /** Where received bytes go, and whether a frame has begun. */
    FpduReader reader() {
        return reader;
    }

    /** Gives up what only a busy stream needs. */
    void trim() {
        reader.trim();
        writer.trim();
        requests.trim();
    }

    /** Whether a control request has succeeded. */
    boolean isEstablished() {
        return established;
    }

    /** The peer's Terminate message, or null. */
    Terminate terminated() {
        return terminated;
    }

    /** The segment that was served last; null before the first. */
    DdpSegment current() {
        return current;
    }

    /** Serves all complete frames that were received. */
    void serveReceived() throws ProtocolFaultException, IOException {
        for (DdpSegment segment = reader.next(); segment != null && terminated == null; segment = reader.next()) {
            current = segment;
            serve(segment);
        }
    }

    private void serve(DdpSegment segment) throws ProtocolFaultException, IOException {
        int opcode = segment.opcode();
        if (segment.isTagged() != (opcode == RdmapOpcode.WRITE)) {
            throw unexpected(segment);
        }
        switch (opcode) {
            case RdmapOpcode.WRITE -> place(segment);
            case RdmapOpcode.READ_REQUEST -> {
                UntaggedQueue.check(segment, UntaggedQueue.READ_REQUEST);
                reads.accept(segment);
                readRequest.parse(segment);
                answerRead();
            }
            case RdmapOpcode.SEND, RdmapOpcode.SEND_SOLICITED -> {
                ByteBuffer message = requests.add(segment);
                if (message != null) {
                    answerRequest(message);
                }
            }
            case RdmapOpcode.SEND_INVALIDATE, RdmapOpcode.SEND_SOLICITED_INVALIDATE ->
                throw new ProtocolFaultException(
                        TerminateCode.RDMAP_STAG_NOT_INVALIDATED, "keys are revoked by control requests only");
            case RdmapOpcode.TERMINATE -> {
                UntaggedQueue.check(segment, UntaggedQueue.TERMINATE);
                terminated = Terminate.parse(segment.payload());
            }
            default -> throw unexpected(segment);
        }
    }

    private static ProtocolFaultException unexpected(DdpSegment segment) {
        return new ProtocolFaultException(
                TerminateCode.RDMAP_UNEXPECTED_OPCODE,
                RdmapOpcode.name(segment.opcode()) + (segment.isTagged() ? " in a tagged" : " in an untagged")
                        + " segment towards the unit");
    }

    private void place(DdpSegment segment) throws ProtocolFaultException {
        ByteBuffer payload = segment.payload();
        if (!payload.hasRemaining()) {
            // Its key is not looked at (RFC 5041, section 5.2), so that it can say "ready" at start-up.
            return;
        }
        try {
            memory.place(protectionDomain, segment.steeringTag(), segment.taggedOffset(), payload);
        } catch (ProtectionFaultException e) {
            throw new ProtocolFaultException(codeOfWrite(e.fault()), e.getMessage());
        }
    }

    private void answerRead() throws ProtocolFaultException, IOException {
        long left = readRequest.sizeBytes();
        long from = readRequest.sourceOffset();
        long to = readRequest.sinkOffset();
        if (left > FpduWriter.SEGMENT_PAYLOAD_LENGTH_BYTES) {
            try {
                memory.checkFetch(protectionDomain, readRequest.sourceSteeringTag(), from, left);
            } catch (ProtectionFaultException e) {
                throw new ProtocolFaultException(codeOfRead(e.fault()), e.getMessage());
            }
        }
        do {
            int length = (int) Math.min(left, FpduWriter.SEGMENT_PAYLOAD_LENGTH_BYTES);
            addReadResponse(left == length, from, to, length);
            left -= length;
            from += length;
            to += length;
        } while (left > 0);
    }

    private void addReadResponse(boolean last, long from, long to, int lengthBytes)
            throws ProtocolFaultException, IOException {
        if (!writer.hasRoom(lengthBytes)) {
            output.drain();
        }
        ByteBuffer sink = writer.beginReadResponse(last, readRequest.sinkSteeringTag(), to, lengthBytes);
        if (lengthBytes > 0) {
            try {
                memory.fetch(protectionDomain, readRequest.sourceSteeringTag(), from, sink);
            } catch (ProtectionFaultException e) {
                writer.abandonReadResponse();
                throw new ProtocolFaultException(codeOfRead(e.fault()), e.getMessage());
            }
        }
        writer.endReadResponse();
    }

    private void answerRequest(ByteBuffer message) throws ProtocolFaultException, IOException {
        Request request;
        try {
            request = Request.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new ProtocolFaultException(
                    TerminateCode.RDMAP_OPERATION_UNSPECIFIED, "a Send is not a control request: " + e.getMessage());
        }
        if (!writer.isEmpty()) {
            output.drain();
        }
        Response response = control.handle(request);
        established |= response.getStatus() == 0;
        send(ToInitiator.newBuilder().setResponse(response).build());
    }

    /** Adds a Send to what goes out. */
    void send(ToInitiator message) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(message.toByteArray());
        while (!writer.addSend(nextSend, bytes)) {
            output.drain();
        }
        nextSend++;
    }

    private static TerminateCode codeOfWrite(ProtectionFaultException.Fault fault) {
        return switch (fault) {
            case INVALID_KEY -> TerminateCode.DDP_TAGGED_INVALID_STAG;
            case NOT_ASSOCIATED_WITH_STREAM -> TerminateCode.DDP_TAGGED_STAG_NOT_ASSOCIATED;
            case BASE_OR_BOUNDS -> TerminateCode.DDP_TAGGED_BASE_OR_BOUNDS;
            case ADDRESS_WRAP -> TerminateCode.DDP_TAGGED_OFFSET_WRAP;
            case ACCESS_RIGHTS -> TerminateCode.RDMAP_ACCESS_RIGHTS;
            case UNMAPPED -> TerminateCode.RDMAP_PROTECTION_UNSPECIFIED;
        };
    }

    private static TerminateCode codeOfRead(ProtectionFaultException.Fault fault) {
        return switch (fault) {
            case INVALID_KEY -> TerminateCode.RDMAP_INVALID_STAG;
            case NOT_ASSOCIATED_WITH_STREAM -> TerminateCode.RDMAP_STAG_NOT_ASSOCIATED;
            case BASE_OR_BOUNDS -> TerminateCode.RDMAP_BASE_OR_BOUNDS;
            case ADDRESS_WRAP -> TerminateCode.RDMAP_TAGGED_OFFSET_WRAP;
            case ACCESS_RIGHTS -> TerminateCode.RDMAP_ACCESS_RIGHTS;
            case UNMAPPED -> TerminateCode.RDMAP_PROTECTION_UNSPECIFIED;
        };
    }
}
