package org.pmuconnector.iwarp.socket;

import java.io.IOException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import jdk.net.ExtendedSocketOptions;
import org.pmuconnector.polling.PollGate;
import org.pmuconnector.polling.PollHabit;

/**
 * A connected, non-blocking TCP socket and how its thread waits for it: polling for a bounded time first, because the
 * wake-up of a blocked thread costs more than a round trip, then blocking in the kernel. One thread receives and sends;
 * any thread may {@link #wakeUp} it or {@link #close} the socket. Receiving and sending allocate nothing.
 *
 * <p>An interrupt does not close the socket; it only ends the wait, as {@link #wakeUp} does.
 */
public final class StreamSocket implements AutoCloseable {

    private static final int KEEPALIVE_IDLE_SECONDS = 30;
    private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
    private static final int KEEPALIVE_COUNT = 3;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final long pollNanos;
    private final PollGate gate;
    private final PollHabit habit;
    /** Null while nothing is encrypted. */
    private volatile TlsLayer tls;

    /** Whether the last receive was cut short by its buffer. */
    private boolean moreLikely;

    private volatile boolean woken;

    /**
     * Takes over a connected channel.
     *
     * @param pollMicros the longest time to poll in one wait; 0 to block at once
     * @param gate shared by all that should not poll at the same time
     * @throws IOException if the operating system refuses a selector; the channel is closed then
     */
    public StreamSocket(SocketChannel channel, int pollMicros, PollGate gate) throws IOException {
        this.channel = channel;
        this.pollNanos = TimeUnit.MICROSECONDS.toNanos(pollMicros);
        this.gate = gate;
        this.habit = new PollHabit(pollNanos);
        Selector opened = null;
        try {
            channel.configureBlocking(false);
            opened = Selector.open();
            key = channel.register(opened, SelectionKey.OP_READ);
        } catch (IOException e) {
            channel.close();
            if (opened != null) {
                opened.close();
            }
            throw e;
        }
        selector = opened;
    }

    /**
     * Sets what every iWARP stream wants of TCP: no delay for more to send, and probes that find a peer whose host is
     * gone.
     */
    public static void configure(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        setWhereSupported(channel, ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
        setWhereSupported(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_SECONDS);
        setWhereSupported(channel, ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_COUNT);
    }

    private static void setWhereSupported(SocketChannel channel, SocketOption<Integer> option, int value)
            throws IOException {
        if (channel.supportedOptions().contains(option)) {
            channel.setOption(option, value);
        }
    }

    /**
     * Receives what is there, waiting for the first byte.
     *
     * @return the number of bytes; 0 if the time passed, the thread was woken or interrupted; -1 if the peer sends no more
     * @throws ClosedChannelException if this side closed the socket
     */
    public int receive(ByteBuffer sink, long timeoutNanos) throws IOException {
        int received = 0;
        long left = timeoutNanos;
        boolean polled = habit.mayPoll() && gate.tryEnter();
        if (polled) {
            try {
                received = poll(sink, Math.min(pollNanos, timeoutNanos));
            } finally {
                gate.exit();
            }
            left -= pollNanos;
        } else if (moreLikely || left <= 0 || (tls != null && tls.hasMore())) {
            received = read(sink);
        }
        if (received != 0) {
            if (polled) {
                habit.hit();
            }
        } else if (left > 0 && !woken && !Thread.currentThread().isInterrupted()) {
            received = block(sink, left, polled);
        }
        if (received == 0 && woken) {
            woken = false;
        }
        moreLikely = !sink.hasRemaining();
        return received;
    }

    private int block(ByteBuffer sink, long nanos, boolean polled) throws IOException {
        long start = polled ? System.nanoTime() : 0;
        if (tls != null) {
            tls.idle();
        }
        select(nanos);
        int received = read(sink);
        if (polled) {
            habit.missed(System.nanoTime() - start);
        }
        return received;
    }

    /**
     * Encrypts from now on, after a TLS handshake. The engine is in client or in server mode and belongs to this socket
     * from now on.
     *
     * @param received what the peer has sent before; is taken over
     * @throws javax.net.ssl.SSLException if the peer is refused or refuses, or does not speak TLS
     * @throws SocketTimeoutException if the time passes
     * @throws ClosedByInterruptException if the thread is interrupted; the socket stays open
     */
    public void startTls(SSLEngine engine, ByteBuffer received, long timeoutNanos) throws IOException {
        TlsLayer layer = new TlsLayer(channel, engine, received);
        tls = layer;
        long start = System.nanoTime();
        for (TlsLayer.Step step = layer.shakeHands(); step != TlsLayer.Step.DONE; step = layer.shakeHands()) {
            long left = timeoutNanos - (System.nanoTime() - start);
            if (left <= 0) {
                throw new SocketTimeoutException("the TLS handshake took too long");
            }
            if (step == TlsLayer.Step.SEND) {
                awaitSendableOnly(left);
            } else {
                select(left);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new ClosedByInterruptException();
            }
        }
    }

    private int read(ByteBuffer sink) throws IOException {
        TlsLayer layer = tls;
        return layer == null ? channel.read(sink) : layer.read(sink);
    }

    private int poll(ByteBuffer sink, long nanos) throws IOException {
        long start = System.nanoTime();
        Thread thread = Thread.currentThread();
        int received;
        do {
            Thread.onSpinWait();
            received = read(sink);
        } while (received == 0 && System.nanoTime() - start < nanos && !woken && !thread.isInterrupted());
        return received;
    }

    private void select(long nanos) throws IOException {
        try {
            // A timeout of 0 would mean forever.
            selector.select(StreamSocket::ready, Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
        } catch (ClosedSelectorException e) {
            throw closed(e);
        }
    }

    /** Receives what is there, without waiting: 0 if nothing is, -1 if the peer sends no more. */
    public int receiveNow(ByteBuffer sink) throws IOException {
        return read(sink);
    }

    private static void ready(SelectionKey key) {
        // There is one key, and whoever waited tries what it waited for.
    }

    /**
     * Sends what the socket takes at once, perhaps nothing. Where that is not all, the next call must begin with the same
     * bytes: encrypted, some of them may be on their way.
     */
    public int send(ByteBuffer source) throws IOException {
        TlsLayer layer = tls;
        return layer == null ? channel.write(source) : layer.write(source);
    }

    /** Waits until something can be sent or received, the time has passed, or the thread is woken or interrupted. */
    public void awaitSendable(long timeoutNanos) throws IOException {
        try {
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            select(timeoutNanos);
            key.interestOps(SelectionKey.OP_READ);
        } catch (CancelledKeyException e) {
            throw closed(e);
        }
    }

    /** As {@link #awaitSendable}, without regard to what can be received. */
    public void awaitSendableOnly(long timeoutNanos) throws IOException {
        try {
            key.interestOps(SelectionKey.OP_WRITE);
            select(timeoutNanos);
            key.interestOps(SelectionKey.OP_READ);
        } catch (CancelledKeyException e) {
            throw closed(e);
        }
    }

    private static ClosedChannelException closed(RuntimeException cause) {
        ClosedChannelException closed = new ClosedChannelException();
        closed.initCause(cause);
        return closed;
    }

    /** Ends the wait of the thread that is in {@link #receive}, or else its next one. */
    public void wakeUp() {
        woken = true;
        selector.wakeup();
    }

    /**
     * Tells the peer that no more comes. What it sends can still be received, to be thrown away: it is not decrypted any
     * more.
     */
    public void shutdownOutput() throws IOException {
        endTls();
        tls = null;
        channel.shutdownOutput();
    }

    private void endTls() {
        TlsLayer layer = tls;
        if (layer != null && channel.isOpen()) {
            layer.endOutput();
        }
    }

    /** Closes at once; a thread that waits gets {@link ClosedChannelException}. Closing twice does nothing. */
    @Override
    public void close() throws IOException {
        endTls();
        try {
            channel.close();
        } finally {
            selector.close();
        }
    }
}
