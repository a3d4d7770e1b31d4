package org.pmuconnector.fabric.iwarp;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.pmuconnector.control.wire.Event;
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
import org.pmuconnector.iwarp.socket.StreamSocket;
import org.pmuconnector.model.Deadline;

/**
 * The initiator's end of one stream. What is posted is framed into one buffer; whoever waits for an answer sends it all
 * with one system call first. For one thread at a time, except {@link #wakeUp} and {@link #close}. Writes and Reads
 * allocate nothing.
 *
 * <p>Separate from {@link IwarpConnection}, which turns what can go wrong here into the errors of the contract.
 */
final class InitiatorStream {

    /** The longest reply: room for a list of many thousands of regions. */
    private static final int MAX_REPLY_LENGTH_BYTES = 16 * 1024 * 1024;

    /** Events that may wait to be taken; a watching session takes them all the time. */
    private static final int MAX_WAITING_EVENTS = 4096;

    /** No response is awaited. */
    private static final long NONE = 0;

    private final StreamSocket socket;
    private final int maxOutstandingReads;
    private final FpduReader reader = new FpduReader(true);
    private final FpduWriter writer = new FpduWriter(true);
    private final MessageAssembler messages = new MessageAssembler(MAX_REPLY_LENGTH_BYTES);
    private final Queue<Event> events = new ArrayDeque<>();
    private final ReadSink readSink = new ReadSink();
    private DdpSegment current;
    private int nextReadRequest = 1;
    private int nextSend = 1;
    private long awaitedId = NONE;
    private Response response;
    private Terminate terminated;
    private boolean unacknowledged;
    /** Whether a frame may have been sent in part. */
    private boolean midFrame;

    private volatile boolean wakeUpAsked;

    /** The peer ended the stream with a Terminate message. */
    static final class TerminatedException extends IOException {

        private static final long serialVersionUID = 1L;

        TerminatedException(String message) {
            super(message);
        }
    }

    InitiatorStream(StreamSocket socket, int maxOutstandingReads) {
        this.socket = socket;
        this.maxOutstandingReads = maxOutstandingReads;
    }

    /** Adds a Write to what is sent next. */
    void post(int key, long address, ByteBuffer source, Deadline deadline) throws IOException, ProtocolFaultException {
        long base = address - source.position();
        while (!writer.addWrite(key, base + source.position(), source)) {
            drain(deadline);
        }
    }

    /** Reads after all that was posted; fills the sink. */
    void read(int key, long address, ByteBuffer sink, Deadline deadline) throws IOException, ProtocolFaultException {
        if (!sink.hasRemaining()) {
            return;
        }
        readSink.begin(sink);
        while (!readSink.isComplete()) {
            while (readSink.nextRequestBytes() > 0 && readSink.outstanding() < maxOutstandingReads) {
                addReadRequest(key, address, deadline);
            }
            drain(deadline);
            int outstanding = readSink.outstanding();
            while (readSink.outstanding() == outstanding) {
                receive(deadline);
            }
        }
        readSink.end();
        unacknowledged = false;
    }

    private void addReadRequest(int key, long address, Deadline deadline) throws IOException, ProtocolFaultException {
        if (!writer.hasRoom(ReadRequest.LENGTH_BYTES)) {
            drain(deadline);
        }
        int offset = readSink.requestedBytes();
        writer.addReadRequest(
                nextReadRequest++, readSink.steeringTag(), offset, readSink.nextRequestBytes(), key, address + offset);
        readSink.requested();
    }

    /** Sends a control request after all that was posted and returns its response. */
    Response exchange(Request request, Deadline deadline) throws IOException, ProtocolFaultException {
        ByteBuffer bytes = ByteBuffer.wrap(request.toByteArray());
        while (!writer.addSend(nextSend, bytes)) {
            drain(deadline);
        }
        nextSend++;
        awaitedId = request.getId();
        response = null;
        drain(deadline);
        while (response == null) {
            receive(deadline);
        }
        Response received = response;
        response = null;
        awaitedId = NONE;
        unacknowledged = false;
        return received;
    }

    /** The next event, or null if the deadline passes or {@link #wakeUp} is called first. */
    Event awaitEvent(Deadline deadline) throws IOException, ProtocolFaultException {
        while (true) {
            if (wakeUpAsked) {
                wakeUpAsked = false;
                return null;
            }
            Event event = events.poll();
            if (event != null) {
                return event;
            }
            if (deadline.hasPassed()) {
                return null;
            }
            receiveSome(deadline.remainingNanos());
        }
    }

    /** Ends the wait in {@link #awaitEvent}, or else the next one. */
    void wakeUp() {
        wakeUpAsked = true;
        socket.wakeUp();
    }

    /** Whether something was handed to the network of which it is not known that it arrived. */
    boolean isUnacknowledged() {
        return unacknowledged;
    }

    /** What the peer terminated the stream with, or null. */
    Terminate terminated() {
        return terminated;
    }

    private void receive(Deadline deadline) throws IOException, ProtocolFaultException {
        long left = deadline.remainingNanos();
        if (left <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        receiveSome(left);
    }

    private void receiveSome(long timeoutNanos) throws IOException, ProtocolFaultException {
        int received = socket.receive(reader.space(), timeoutNanos);
        if (received == 0) {
            checkInterrupt();
        } else {
            serve(received);
        }
    }

    private void serve(int received) throws IOException, ProtocolFaultException {
        if (received < 0) {
            throw new EOFException("the unit closed the connection");
        }
        for (DdpSegment segment = reader.next(); segment != null; segment = reader.next()) {
            current = segment;
            serve(segment);
        }
    }

    private static void checkInterrupt() throws ClosedByInterruptException {
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
    }

    /** Sends all that was posted; takes what comes meanwhile, so that both sides cannot wait for each other. */
    private void drain(Deadline deadline) throws IOException, ProtocolFaultException {
        if (writer.isEmpty()) {
            return;
        }
        unacknowledged = true;
        ByteBuffer pending = writer.pending();
        midFrame = true;
        socket.send(pending);
        while (pending.hasRemaining()) {
            long left = deadline.remainingNanos();
            if (left <= 0) {
                throw new SocketTimeoutException("the unit does not take what it is sent");
            }
            socket.awaitSendable(left);
            checkInterrupt();
            int received = socket.receiveNow(reader.space());
            if (received != 0) {
                serve(received);
            }
            socket.send(pending);
        }
        midFrame = false;
        writer.clear();
    }

    private void serve(DdpSegment segment) throws IOException, ProtocolFaultException {
        int opcode = segment.opcode();
        if (segment.isTagged() != (opcode == RdmapOpcode.READ_RESPONSE)) {
            throw unexpected(segment);
        }
        switch (opcode) {
            case RdmapOpcode.READ_RESPONSE -> readSink.accept(segment);
            case RdmapOpcode.SEND, RdmapOpcode.SEND_SOLICITED -> {
                ByteBuffer message = messages.add(segment);
                if (message != null) {
                    accept(message);
                }
            }
            case RdmapOpcode.TERMINATE -> {
                UntaggedQueue.check(segment, UntaggedQueue.TERMINATE);
                terminated = Terminate.parse(segment.payload());
                throw new TerminatedException(terminated.text());
            }
            default -> throw unexpected(segment);
        }
    }

    private static ProtocolFaultException unexpected(DdpSegment segment) {
        return new ProtocolFaultException(
                TerminateCode.RDMAP_UNEXPECTED_OPCODE,
                RdmapOpcode.name(segment.opcode()) + (segment.isTagged() ? " in a tagged" : " in an untagged")
                        + " segment from the unit");
    }

    private void accept(ByteBuffer bytes) throws ProtocolFaultException {
        ToInitiator message;
        try {
            message = ToInitiator.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new ProtocolFaultException(
                    TerminateCode.RDMAP_OPERATION_UNSPECIFIED, "a Send is not a control message: " + e.getMessage());
        }
        if (message.hasEvent() && events.size() < MAX_WAITING_EVENTS) {
            events.add(message.getEvent());
        } else if (message.hasResponse() && isAwaited(message.getResponse())) {
            response = message.getResponse();
        } else {
            throw new ProtocolFaultException(
                    TerminateCode.RDMAP_OPERATION_UNSPECIFIED,
                    message.hasEvent()
                            ? MAX_WAITING_EVENTS + " events wait already"
                            : "a response that nothing was asked for");
        }
    }

    private boolean isAwaited(Response candidate) {
        return awaitedId != NONE && candidate.getId() == awaitedId && response == null;
    }

    /** After the socket failed: looks whether the peer had said why. */
    void lookForTerminate() {
        try {
            int received = socket.receiveNow(reader.space());
            while (received > 0) {
                serve(received);
                received = socket.receiveNow(reader.space());
            }
        } catch (IOException | ProtocolFaultException e) {
            System.getLogger(InitiatorStream.class.getName())
                    .log(System.Logger.Level.DEBUG, () -> "nothing more to read: " + e.getMessage());
        }
    }

    /** Tells the peer what it did wrong, as far as the socket takes it at once. */
    void terminate(TerminateCode code) throws IOException {
        if (midFrame) {
            return;
        }
        writer.clear();
        writer.addTerminate(code, current);
        socket.send(writer.pending());
    }

    void close() throws IOException {
        socket.close();
    }
}
