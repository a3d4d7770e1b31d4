package org.pmuconnector.pmu.nic.iwarp;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.StartupFrame;
import org.pmuconnector.iwarp.TerminateCode;
import org.pmuconnector.iwarp.socket.StreamSocket;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.tls.ServerTls;

/** The responder's part of MPA start-up. For the stream's thread. */
final class StreamStartup {

    /**
     * Read Requests of one peer that are answered without asking it to wait: any number, since each is answered before
     * the next is looked at; the number is what peers with hardware limits like to see.
     */
    private static final int MAX_INBOUND_READS = 128;

    /** What a TLS client's first byte is: RFC 8446, section 5.1. */
    private static final byte TLS_HANDSHAKE_RECORD = 22;

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
     * Does the responder's part of the TLS handshake.
     *
     * @return false if the peer does not speak TLS but sent the beginning of a plain request, which
     *     {@link #awaitRequest} goes on with
     */
    boolean startTls(ServerTls tls) throws IOException {
        // A wait may end a little before its time with nothing received: a silent peer is none that began with TLS.
        while (bytes.position() == 0) {
            if (socket.receive(bytes, leftNanos("nothing came in time")) < 0) {
                throw new EOFException("closed without a word");
            }
        }
        if (bytes.get(0) != TLS_HANDSHAKE_RECORD) {
            return false;
        }
        socket.startTls(tls.engine(), bytes.flip(), leftNanos("the TLS handshake took too long"));
        bytes.clear();
        return true;
    }

    private long leftNanos(String otherwise) throws SocketTimeoutException {
        long left = deadlineNanoTime - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException(otherwise);
        }
        return left;
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
            if (socket.receive(bytes, leftNanos("no start-up request came in time")) < 0) {
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
                socket.awaitSendable(leftNanos("the start-up reply was not taken in time"));
            }
        }
    }
}
