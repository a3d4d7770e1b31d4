package org.pmuconnector.iwarp.socket;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * TLS between a stream and its non-blocking socket; never waits. What arrives is decrypted straight into the reader's
 * buffer where a record fits there. While nothing is under way it holds no buffer. For the stream's thread, except
 * {@link #endOutput}.
 *
 * <p>A failed record or handshake still tells the peer why: the alert is sent before the error is thrown.
 */
final class TlsLayer {

    /** What the handshake waits for. */
    enum Step {
        DONE,
        RECEIVE,
        SEND
    }

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    /** Guards {@link #out} and what the engine wraps: any thread may end the output. */
    private final ReentrantLock sending = new ReentrantLock();

    /** Received records, from position to limit; null while there are none. */
    private ByteBuffer in;

    /** Decrypted and not yet taken, from position to limit; null while there is nothing. */
    private ByteBuffer spill;

    /** Records to be sent, from position to limit; null while there are none. */
    private ByteBuffer out;

    /** So many of the bytes that the stream sends are in those records, and count as sent when all of them are. */
    private int wrappedBytes;

    /** No complete record is in what was received. */
    private boolean starved = true;

    private boolean ended;
    private boolean begun;

    /**
     * @param received what came on the socket before; is taken over
     */
    TlsLayer(SocketChannel channel, SSLEngine engine, ByteBuffer received) {
        this.channel = channel;
        this.engine = engine;
        if (received.hasRemaining()) {
            in = RecordBuffers.take().put(received).flip();
            starved = false;
        }
    }

    /** Goes on with the handshake as far as it gets; to be called again after what it returns has become possible. */
    Step shakeHands() throws IOException {
        try {
            if (!begun) {
                begun = true;
                engine.beginHandshake();
            }
            return advance();
        } catch (SSLException e) {
            sendAlert(e);
            throw e;
        }
    }

    private Step advance() throws IOException {
        while (true) {
            if (!flush()) {
                return Step.SEND;
            }
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> {
                    if (wrapAnswer() == Status.CLOSED) {
                        throw new SSLException("the TLS handshake was given up");
                    }
                }
                case NOT_HANDSHAKING -> {
                    idle();
                    return Step.DONE;
                }
                default -> {
                    if (starved && !fill()) {
                        if (ended) {
                            throw new EOFException("the peer ended the connection in the TLS handshake");
                        }
                        return Step.RECEIVE;
                    }
                    spillRecord();
                    if (ended) {
                        throw new EOFException("the peer ended the TLS handshake");
                    }
                }
            }
        }
    }

    /** As {@link SocketChannel#read(ByteBuffer)}: 0 if nothing is there, -1 if the peer sends no more. */
    int read(ByteBuffer sink) throws IOException {
        int start = sink.position();
        try {
            takeSpilled(sink);
            while (sink.hasRemaining() && !ended) {
                if (starved && (sink.position() > start || !fill())) {
                    break;
                }
                unwrap(sink);
            }
        } catch (SSLException e) {
            sendAlert(e);
            throw e;
        }
        int received = sink.position() - start;
        return received == 0 && ended ? -1 : received;
    }

    /** Whether {@link #read} may have something although the socket has not. */
    boolean hasMore() {
        return spill != null || !starved;
    }

    private void takeSpilled(ByteBuffer sink) {
        if (spill == null) {
            return;
        }
        int length = Math.min(sink.remaining(), spill.remaining());
        sink.put(sink.position(), spill, spill.position(), length);
        sink.position(sink.position() + length);
        spill.position(spill.position() + length);
        if (!spill.hasRemaining()) {
            RecordBuffers.give(spill);
            spill = null;
        }
    }

    /** Receives what is there; false if that is nothing. */
    private boolean fill() throws IOException {
        if (in == null) {
            in = RecordBuffers.take().flip();
        }
        in.compact();
        int received;
        try {
            received = channel.read(in);
        } finally {
            in.flip();
        }
        ended |= received < 0;
        starved = received <= 0;
        return received > 0;
    }

    private void unwrap(ByteBuffer sink) throws IOException {
        SSLEngineResult result = engine.unwrap(in, sink);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            spillRecord();
            takeSpilled(sink);
        } else {
            unwrapped(result);
        }
    }

    private void spillRecord() throws IOException {
        ByteBuffer target = RecordBuffers.take();
        SSLEngineResult result;
        try {
            result = engine.unwrap(in, target);
        } finally {
            if (target.flip().hasRemaining()) {
                spill = target;
            } else {
                RecordBuffers.give(target);
            }
        }
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            throw new SSLException("a TLS record is longer than allowed");
        }
        unwrapped(result);
    }

    private void unwrapped(SSLEngineResult result) throws IOException {
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW -> {
                if (in.remaining() == in.capacity()) {
                    throw new SSLException("a TLS record is longer than allowed");
                }
                starved = true;
            }
            case CLOSED -> ended = true;
            default -> starved = !in.hasRemaining();
        }
        HandshakeStatus status = result.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_TASK) {
            runTasks();
            status = engine.getHandshakeStatus();
        }
        if (status == HandshakeStatus.NEED_WRAP && !ended) {
            wrapAnswer();
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Adds the engine's own next message to what is sent. */
    private Status wrapAnswer() throws IOException {
        sending.lock();
        try {
            ByteBuffer room = RecordBuffers.take();
            if (out != null) {
                // The peer takes nothing just now, and yet asked for an answer, new keys for instance.
                room = ByteBuffer.allocateDirect(out.remaining() + RecordBuffers.LENGTH_BYTES)
                        .put(out);
                RecordBuffers.give(out);
            }
            out = room;
            SSLEngineResult result;
            try {
                result = engine.wrap(NOTHING, out);
            } finally {
                out.flip();
            }
            flush();
            return result.getStatus();
        } finally {
            sending.unlock();
        }
    }

    /**
     * Sends what the socket takes; the source's position moves past what was. If that is not all, the next call must
     * begin with the same bytes: some of them may be on their way.
     *
     * @return the number of bytes
     */
    int write(ByteBuffer source) throws IOException {
        sending.lock();
        try {
            int start = source.position();
            while (flush()) {
                source.position(source.position() + wrappedBytes);
                wrappedBytes = 0;
                if (!source.hasRemaining()) {
                    break;
                }
                wrap(source);
            }
            return source.position() - start;
        } finally {
            sending.unlock();
        }
    }

    private void wrap(ByteBuffer source) throws IOException {
        int start = source.position();
        int longest = engine.getSession().getPacketBufferSize();
        out = RecordBuffers.take();
        try {
            while (source.hasRemaining() && out.remaining() >= longest) {
                SSLEngineResult result = engine.wrap(source, out);
                if (result.getStatus() != Status.OK) {
                    throw new SSLException("TLS takes no more to send: " + result.getStatus());
                }
            }
        } finally {
            out.flip();
            wrappedBytes = source.position() - start;
            source.position(start);
        }
    }

    /** Whether no record is left to be sent. */
    private boolean flush() throws IOException {
        sending.lock();
        try {
            if (out != null) {
                if (out.hasRemaining()) {
                    channel.write(out);
                }
                if (out.hasRemaining()) {
                    return false;
                }
                RecordBuffers.give(out);
                out = null;
            }
            return true;
        } finally {
            sending.unlock();
        }
    }

    private void sendAlert(SSLException reason) {
        sending.lock();
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !engine.isOutboundDone() && flush()) {
                wrapAnswer();
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        } finally {
            sending.unlock();
        }
    }

    /** Gives back what only a stream that is busy needs. */
    void idle() {
        if (in != null && !in.hasRemaining()) {
            RecordBuffers.give(in);
            in = null;
            starved = true;
        }
    }

    /**
     * Tells the peer that no more comes, as far as the socket takes that at once and nobody is sending just now. Any
     * thread may call it.
     */
    void endOutput() {
        if (!sending.tryLock()) {
            return;
        }
        try {
            engine.closeOutbound();
            while (!engine.isOutboundDone() && flush()) {
                wrapAnswer();
            }
        } catch (IOException e) {
            System.getLogger(TlsLayer.class.getName())
                    .log(Level.DEBUG, () -> "the peer was not told of the end: " + e.getMessage());
        } finally {
            sending.unlock();
        }
    }
}
