package org.pmuconnector.pmu.nic.iwarp;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.StartupFrame;
import org.pmuconnector.iwarp.TerminateCode;
import org.pmuconnector.iwarp.socket.StreamSocket;
import org.pmuconnector.model.ErrorCode;

/** The responder's part of MPA start-up. For the stream's thread. */
final class StreamStartup {

    /**
     * Read Requests of one peer that are answered without asking it to wait: any number, since each is answered before
     * the next is looked at; the number is what peers with hardware limits like to see.
     */
    private static final int MAX_INBOUND_READS = 128;

    /** So that a refusal always fits the private data. */
    private static final int MAX_REFUSAL_LENGTH_CHARACTERS = 160;

    private final StreamSocket socket;
    private final long deadlineNanoTime;
    private final ByteBuffer bytes = ByteBuffer.allocate(StartupFrame.MAX_LENGTH_BYTES);

    StreamStartup(StreamSocket socket, long deadlineNanoTime) {
        this.socket = socket;
        this.deadlineNanoTime = deadlineNanoTime;
    }

    /**
     * Waits for the initiator's request.
     *
     * @return null if the peer closed the connection without a word
     */
    StartupFrame awaitRequest() throws IOException, ProtocolFaultException {
        while (true) {
            bytes.flip();
            StartupFrame request = StartupFrame.parse(StartupFrame.Kind.REQUEST, bytes);
            if (request != null && bytes.hasRemaining()) {
                throw new ProtocolFaultException(
                        TerminateCode.MPA_STARTUP, "the peer did not wait for the reply to its request");
            }
            if (request != null) {
                return request;
            }
            bytes.compact();
            long left = deadlineNanoTime - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("no start-up request came in time");
            }
            if (socket.receive(bytes, left) < 0) {
                if (bytes.position() == 0) {
                    return null;
                }
                throw new ProtocolFaultException(TerminateCode.MPA_STARTUP, "the request is cut short");
            }
        }
    }

    /**
     * The reply that accepts the request.
     *
     * @throws ProtocolFaultException if the request wants what is not supported
     */
    StartupFrame replyTo(StartupFrame request, boolean crcRequired) throws ProtocolFaultException {
        return StartupFrame.accept(request, crcRequired, MAX_INBOUND_READS);
    }

    /** Refuses the request and says why. */
    void reject(StartupFrame request, ErrorCode code, String message) throws IOException {
        String shown = message.substring(0, Math.min(message.length(), MAX_REFUSAL_LENGTH_CHARACTERS));
        Response why =
                Response.newBuilder().setStatus(code.number()).setMessage(shown).build();
        send(StartupFrame.reject(request, why.toByteArray()));
    }

    void send(StartupFrame frame) throws IOException {
        bytes.clear();
        frame.write(bytes);
        bytes.flip();
        while (bytes.hasRemaining()) {
            if (socket.send(bytes) == 0) {
                long left = deadlineNanoTime - System.nanoTime();
                if (left <= 0) {
                    throw new SocketTimeoutException("the start-up reply was not taken in time");
                }
                socket.awaitSendable(left);
            }
        }
    }
}
