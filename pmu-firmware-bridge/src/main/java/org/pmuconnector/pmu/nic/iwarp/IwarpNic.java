package org.pmuconnector.pmu.nic.iwarp;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.pmuconnector.iwarp.socket.StreamSocket;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.RefusalLog;
import org.pmuconnector.pmu.nic.RemoteMemory;
import org.pmuconnector.polling.PollGate;

/**
 * The software network interface of a unit: listens on a TCP port and serves iWARP streams (RFC 5040, 5041, 5044, 6581),
 * one thread for each. It accepts MPA revisions 1 and 2, sends no markers and refuses peers that want them, and asks for
 * CRCs. A peer that breaks the protocol, or whose access the tables refuse, gets a Terminate message with the reason, and
 * its stream ends; others do not notice. Safe for use by many threads.
 */
public final class IwarpNic implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(IwarpNic.class.getName());

    /** Streams beyond the limit that are told so at the same time; further ones are closed at once. */
    private static final int REFUSALS = 16;

    private static final int BACKLOG = 512;
    private static final long ACCEPT_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long CLOSE_WAIT_MILLIS = 5_000;

    private final ServerSocketChannel listener;
    private final InetSocketAddress localAddress;
    private final RemoteMemory memory;
    private final ControlService service;
    private final IwarpNicOptions options;
    private final PollGate gate = PollGate.ofProcessors();
    private final RefusalLog refusals = new RefusalLog(IwarpNic.class);
    private final Map<NicStream, Thread> streams = new ConcurrentHashMap<>();
    private final Thread acceptor;
    private volatile boolean closed;

    private IwarpNic(ServerSocketChannel listener, RemoteMemory memory, ControlService service, IwarpNicOptions options)
            throws IOException {
        this.listener = listener;
        this.localAddress = (InetSocketAddress) listener.getLocalAddress();
        this.memory = Objects.requireNonNull(memory);
        this.service = Objects.requireNonNull(service);
        this.options = Objects.requireNonNull(options);
        this.acceptor = new Thread(this::accept, "pmu-iwarp-accept-" + localAddress.getPort());
        acceptor.setDaemon(true);
    }

    /**
     * Listens and serves until closed.
     *
     * @param address port 0 for any free one
     * @throws PmuException {@code BAD_CONFIGURATION} if the address is not this host's, is taken or may not be used
     */
    public static IwarpNic listen(
            InetSocketAddress address, RemoteMemory memory, ControlService service, IwarpNicOptions options)
            throws PmuException {
        if (address.isUnresolved()) {
            throw cannotListen(address, "the host name is unknown", null);
        }
        try {
            ServerSocketChannel listener = ServerSocketChannel.open();
            try {
                listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                listener.bind(address, BACKLOG);
                IwarpNic nic = new IwarpNic(listener, memory, service, options);
                nic.acceptor.start();
                return nic;
            } catch (IOException | RuntimeException e) {
                listener.close();
                throw e;
            }
        } catch (IOException e) {
            throw cannotListen(address, e.getMessage(), e);
        }
    }

    private static PmuException cannotListen(InetSocketAddress address, String why, IOException cause) {
        return new PmuException(
                ErrorCode.BAD_CONFIGURATION,
                "cannot listen on " + address.getHostString() + ":" + address.getPort() + ": " + why
                        + "; choose another --listen address",
                cause);
    }

    /** Where it listens. */
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    /** Streams that are open now. */
    public int connectionCount() {
        return streams.size();
    }

    private void accept() {
        while (!closed) {
            try {
                start(listener.accept());
            } catch (ClosedChannelException e) {
                LOG.log(Level.DEBUG, "no longer listening on {0}", localAddress);
                return;
            } catch (IOException e) {
                // Usually too many open files: leave the ends of other streams time to free some.
                refusals.refused(
                        "port " + localAddress.getPort(), "a connection could not be accepted: " + e.getMessage());
                LockSupport.parkNanos(ACCEPT_RETRY_NANOS);
            }
        }
    }

    private void start(SocketChannel channel) throws IOException {
        int count = streams.size();
        if (count >= options.limits().connections() + REFUSALS) {
            channel.close();
            return;
        }
        InetSocketAddress remote;
        try {
            remote = (InetSocketAddress) channel.getRemoteAddress();
            StreamSocket.configure(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        String peer = remote.getAddress().getHostAddress() + ":" + remote.getPort();
        StreamSocket socket = new StreamSocket(channel, options.pollMicros(), gate);
        NicStream stream = new NicStream(
                socket,
                peer,
                memory,
                service,
                options,
                refusals,
                count >= options.limits().connections());
        Thread thread = new Thread(() -> run(stream), "pmu-iwarp-" + peer);
        thread.setDaemon(true);
        streams.put(stream, thread);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            streams.remove(stream);
            socket.close();
            throw new IOException("no thread for " + peer, e);
        }
        if (closed) {
            stream.disconnect("the unit is being closed");
        }
    }

    private void run(NicStream stream) {
        try {
            stream.run();
        } finally {
            streams.remove(stream);
        }
    }

    /** Stops listening and ends all streams; waits a few seconds for their threads. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "closing the listener on " + localAddress + " failed", e);
        }
        streams.keySet().forEach(stream -> stream.disconnect("the unit is being closed"));
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_WAIT_MILLIS);
        try {
            acceptor.join(CLOSE_WAIT_MILLIS);
            for (Thread thread : streams.values()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left > 0 && thread != Thread.currentThread()) {
                    thread.join(left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
