package org.pmuconnector.pmu.nic.iwarp;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.ToInitiator;
import org.pmuconnector.iwarp.FpduWriter;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.StartupFrame;
import org.pmuconnector.iwarp.Terminate;
import org.pmuconnector.iwarp.TerminateCode;
import org.pmuconnector.iwarp.socket.StreamSocket;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.ControlService.ControlConnection;
import org.pmuconnector.pmu.nic.ControlService.NicConnection;
import org.pmuconnector.pmu.nic.RefusalLog;
import org.pmuconnector.pmu.nic.RemoteMemory;

/**
 * One accepted stream, from start-up to its end: its thread alone receives, serves and sends. Whatever goes wrong ends
 * this stream and no other.
 */
final class NicStream implements NicConnection, Runnable {

    private static final System.Logger LOG = System.getLogger(NicStream.class.getName());

    /** Between looks at the deadlines of a stream that is idle; nothing depends on it. */
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** How long a stream keeps large buffers without anything to do. */
    private static final long TRIM_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long, and for how much more, a peer that is being told of its fault may go on sending. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int LINGER_BYTES = 16 * 1024 * 1024;

    private final StreamSocket socket;
    private final String peer;
    private final RemoteMemory memory;
    private final ControlService service;
    private final IwarpNicOptions options;
    private final RefusalLog refusals;
    private final boolean overLimit;
    private final long handshakeDeadline;
    private final long stallNanos;
    private final EventQueue events;
    private final AtomicReference<String> endReason = new AtomicReference<>();
    private FpduWriter writer;
    /** When the frame that has begun must be complete; meaningful while one has. */
    private long frameDeadline;

    private boolean inFrame;

    /** A stream of an accepted socket; {@code overLimit} if it is to be refused. */
    NicStream(
            StreamSocket socket,
            String peer,
            RemoteMemory memory,
            ControlService service,
            IwarpNicOptions options,
            RefusalLog refusals,
            boolean overLimit) {
        this.socket = socket;
        this.peer = peer;
        this.memory = memory;
        this.service = service;
        this.options = options;
        this.refusals = refusals;
        this.overLimit = overLimit;
        this.stallNanos = TimeUnit.MILLISECONDS.toNanos(options.stallTimeoutMillis());
        this.handshakeDeadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.handshakeTimeoutMillis());
        this.events = new EventQueue(options.limits().queuedEvents());
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public void push(Event event) {
        if (events.offer(event)) {
            socket.wakeUp();
        } else {
            disconnect("left " + options.limits().queuedEvents() + " events untaken");
        }
    }

    @Override
    public void disconnect(String reason) {
        endReason.compareAndSet(null, reason);
        close();
    }

    @Override
    public void run() {
        try {
            startUp();
        } catch (ProtocolFaultException e) {
            refusals.refused(peer, e.getMessage());
        } catch (SSLException e) {
            refusals.refused(peer, "TLS: " + e.getMessage());
            linger();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> peer + ": start-up failed: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            // Of errors above all a lack of memory for one more stream: it must not take others along.
            LOG.log(Level.ERROR, peer + ": stream ended by a defect", e);
        } finally {
            close();
        }
    }

    private void startUp() throws IOException, ProtocolFaultException {
        StreamStartup startup = new StreamStartup(socket, handshakeDeadline);
        boolean secured = options.tls() == null || startup.startTls(options.tls());
        StartupFrame request = startup.awaitRequest();
        if (request == null) {
            return;
        }
        if (overLimit) {
            String limit =
                    "the unit serves " + options.limits().connections() + " connections, its limit; try again later";
            startup.reject(request, ErrorCode.LIMIT_REACHED, limit);
            linger();
            return;
        }
        if (!secured) {
            startup.reject(request, ErrorCode.BAD_CONFIGURATION, "this port speaks TLS: use an iwarps:// address");
            linger();
            return;
        }
        StartupFrame reply;
        try {
            reply = startup.replyTo(request, options.crcRequired());
        } catch (ProtocolFaultException e) {
            startup.reject(request, ErrorCode.PROTOCOL_VIOLATION, e.getMessage());
            linger();
            throw e;
        }
        ControlConnection control;
        try {
            control = service.connected(this);
        } catch (PmuException e) {
            startup.reject(request, e.code(), e.getMessage());
            linger();
            return;
        }
        String evidence = "ended by a defect of the unit";
        try {
            startup.send(reply);
            evidence = serve(control, request.wantsCrc() || reply.wantsCrc());
        } catch (SSLException e) {
            refusals.refused(peer, "TLS: " + e.getMessage());
            evidence = "broken: TLS: " + e.getMessage();
        } catch (IOException e) {
            evidence = "broken: " + e.getMessage();
        } finally {
            String reason = endReason.get();
            control.ended(reason == null ? evidence : "disconnected: " + reason);
        }
        String shown = evidence;
        LOG.log(Level.DEBUG, () -> peer + ": " + shown);
        linger();
    }

    /** Serves until the stream is over; returns why it is. */
    private String serve(ControlConnection control, boolean crcUsed) throws IOException {
        writer = new FpduWriter(crcUsed);
        SegmentServer server =
                new SegmentServer(memory, control, crcUsed, options.limits().messageBytes(), writer, this::drain);
        try {
            while (true) {
                server.serveReceived();
                if (server.terminated() != null) {
                    return "terminated by the peer: " + server.terminated().text();
                }
                sendEvents(server);
                drain();
                int received = socket.receive(server.reader().space(), patienceNanos(server));
                if (received == 0) {
                    server.trim();
                }
                if (received < 0) {
                    return server.reader().isInFrame()
                            ? "closed by the peer in the middle of a frame"
                            : "closed by the peer";
                }
            }
        } catch (ProtocolFaultException e) {
            refusals.refused(peer, e.getMessage());
            terminate(server, e.code());
            return "terminated: " + e.getMessage();
        } catch (RuntimeException | InternalError e) {
            // InternalError: mapped memory could not be read or written, for instance because its disk is full.
            LOG.log(Level.ERROR, peer + ": stream ended by a defect", e);
            terminate(server, TerminateCode.RDMAP_STREAM_CATASTROPHIC);
            return "ended by a defect of the unit: " + e;
        }
    }

    private void sendEvents(SegmentServer server) throws IOException {
        for (Event event = events.poll(); event != null; event = events.poll()) {
            server.send(ToInitiator.newBuilder().setEvent(event).build());
        }
    }

    /** How long the peer may be silent from now on. */
    private long patienceNanos(SegmentServer server) throws SocketTimeoutException {
        boolean wasInFrame = inFrame;
        inFrame = server.reader().isInFrame();
        if (!inFrame && server.isEstablished()) {
            return server.reader().isLarge() || writer.isLarge() ? TRIM_NANOS : IDLE_NANOS;
        }
        long now = System.nanoTime();
        if (inFrame && !wasInFrame) {
            frameDeadline = now + stallNanos;
        }
        long patience = inFrame ? frameDeadline - now : IDLE_NANOS;
        if (!server.isEstablished()) {
            patience = Math.min(patience, handshakeDeadline - now);
        }
        if (patience <= 0) {
            throw new SocketTimeoutException(
                    inFrame ? "a frame did not arrive in time" : "no control request succeeded in time");
        }
        return patience;
    }

    /** Sends what the writer holds. */
    private void drain() throws IOException {
        if (writer.isEmpty()) {
            return;
        }
        ByteBuffer pending = writer.pending();
        socket.send(pending);
        if (pending.hasRemaining()) {
            long deadline = System.nanoTime() + stallNanos;
            while (pending.hasRemaining()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new SocketTimeoutException("the peer does not take what it is sent");
                }
                socket.awaitSendableOnly(left);
                socket.send(pending);
            }
        }
        writer.clear();
    }

    private void terminate(SegmentServer server, TerminateCode code) throws IOException {
        if (!writer.hasRoom(Terminate.MAX_LENGTH_BYTES)) {
            drain();
        }
        writer.addTerminate(code, server.current());
        drain();
    }

    /**
     * Closes so that the peer gets what it was sent last: closing with input unread would reset the connection and could
     * destroy it on its way.
     */
    private void linger() {
        if (endReason.get() != null) {
            return;
        }
        ByteBuffer discarded = ByteBuffer.allocate(16 * 1024);
        long deadline = System.nanoTime() + LINGER_NANOS;
        int total = 0;
        try {
            socket.shutdownOutput();
            int received = 0;
            while (received >= 0 && total < LINGER_BYTES && System.nanoTime() < deadline) {
                discarded.clear();
                received = socket.receive(discarded, deadline - System.nanoTime());
                total += received;
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> peer + ": gone before the end: " + e.getMessage());
        }
    }

    private void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> peer + ": closing failed: " + e.getMessage());
        }
    }
}
