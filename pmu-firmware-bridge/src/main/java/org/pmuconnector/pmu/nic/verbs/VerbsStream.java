package org.pmuconnector.pmu.nic.verbs;

import com.google.protobuf.InvalidProtocolBufferException;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.ToInitiator;
import org.pmuconnector.control.wire.VerbsGreeting;
import org.pmuconnector.control.wire.VerbsWelcome;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.ControlService.ControlConnection;
import org.pmuconnector.pmu.nic.ControlService.NicConnection;
import org.pmuconnector.pmu.nic.DeviceMemory;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.verbs.disni.Completions;
import org.pmuconnector.verbs.disni.Endpoint;
import org.pmuconnector.verbs.disni.EventChannel;
import org.pmuconnector.verbs.disni.MessageChannel;
import org.pmuconnector.verbs.disni.WorkFailedException;

/**
 * One connection, from its request to its end: its thread alone waits for completions and answers control messages.
 * Whatever goes wrong ends this connection and no other.
 */
final class VerbsStream implements NicConnection {

    private static final System.Logger LOG = System.getLogger(VerbsStream.class.getName());

    private static final int VERSION = 1;
    private static final int SEND_REQUESTS = MessageChannel.WINDOW;
    private static final byte RETRIES = 7;

    /** A request is answered before the next one is sent. */
    private static final int MAX_WAITING = 1;

    /** Between looks at what no completion tells. Whatever is urgent fails the receives, and wakes. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How long a peer that is told of a refusal may take to hear of it. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final VerbsNic nic;
    private final EventChannel events;
    private final RdmaCmId id;
    private final DeviceMemory memory;
    private final ControlService service;
    private final NicOptions options;
    private final boolean overLimit;
    private final String peer;
    private final long handshakeDeadline;
    private final long stallNanos;
    private final AtomicReference<String> endReason = new AtomicReference<>();
    private final Object endpointLock = new Object();
    private Endpoint endpoint;
    private volatile MessageChannel messages;
    private volatile boolean established;
    private volatile Thread thread;
    private long protectionDomain;
    private boolean answered;
    private long stalledSince;
    private boolean wasStalled;

    VerbsStream(
            VerbsNic nic,
            EventChannel events,
            RdmaCmId id,
            DeviceMemory memory,
            ControlService service,
            boolean overLimit) {
        this.nic = nic;
        this.events = events;
        this.id = id;
        this.memory = memory;
        this.service = service;
        this.options = nic.options();
        this.overLimit = overLimit;
        this.peer = peerOf(id);
        this.handshakeDeadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.handshakeTimeoutMillis());
        this.stallNanos = TimeUnit.MILLISECONDS.toNanos(options.stallTimeoutMillis());
    }

    private static String peerOf(RdmaCmId id) {
        try {
            InetSocketAddress address = (InetSocketAddress) id.getDestination();
            return address.getAddress().getHostAddress() + ":" + address.getPort();
        } catch (IOException e) {
            return "unknown:0";
        }
    }

    /** Refuses a connection request without a word: the peer's connection manager says REJECTED. */
    static void refuse(EventChannel events, RdmaCmId id) {
        try {
            id.destroyId();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "refusing a connection: {0}", e.getMessage());
        }
        events.forget(id);
    }

    void setThread(Thread own) {
        thread = own;
    }

    void join(long millis) throws InterruptedException {
        if (thread != Thread.currentThread()) {
            thread.join(millis);
        }
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public void push(Event event) {
        MessageChannel channel = messages;
        if (channel == null) {
            return;
        }
        try {
            if (!channel.send(ToInitiator.newBuilder().setEvent(event).build().toByteArray())) {
                disconnect("left " + options.limits().queuedEvents() + " events untaken");
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "{0}: an event came too late: {1}", peer, e.getMessage());
        }
    }

    @Override
    public void disconnect(String reason) {
        if (endReason.compareAndSet(null, "disconnected: " + reason)) {
            wake();
        }
    }

    /** The connection manager says that the peer is ready. */
    void established() {
        established = true;
    }

    /** The connection manager says that the peer is gone. */
    void peerEnded(String evidence) {
        if (endReason.compareAndSet(null, evidence)) {
            wake();
        }
    }

    /** Fails the receives, which completes them. */
    private void wake() {
        synchronized (endpointLock) {
            if (endpoint != null) {
                endpoint.disconnect();
            }
        }
    }

    /** When this returns, the device has confirmed that nothing of the peer's can land any more. */
    void fence() throws IOException {
        endReason.compareAndSet(null, "fenced");
        synchronized (endpointLock) {
            if (endpoint != null) {
                endpoint.fence();
            }
        }
    }

    void run() {
        try {
            begin();
            serve();
        } catch (ProtocolException e) {
            nic.refusals().refused(peer, e.getMessage());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "{0}: {1}", peer, e.getMessage());
        } catch (RuntimeException | Error e) {
            // Of errors above all a lack of memory for one more connection: it must not take others along.
            LOG.log(Level.ERROR, peer + ": connection ended by a defect", e);
        } finally {
            end();
        }
    }

    private void begin() throws IOException {
        synchronized (endpointLock) {
            endpoint = Endpoint.create(events, id, SEND_REQUESTS, MessageChannel.WINDOW);
        }
        endpoint.completions().setPolling(options.pollMicros(), nic.gate());
        messages = new MessageChannel(
                endpoint,
                options.limits().messageBytes(),
                MAX_WAITING,
                options.limits().queuedEvents() + 1);
        RdmaConnParam parameters = new RdmaConnParam();
        parameters.setRetry_count(RETRIES);
        parameters.setRnr_retry_count(RETRIES);
        id.accept(parameters);
    }

    private void serve() throws IOException {
        VerbsGreeting greeting = parseGreeting(awaitMessage());
        if (greeting.getVersion() != VERSION) {
            refuse(
                    ErrorCode.VERSION_UNSUPPORTED,
                    "the unit speaks version " + VERSION + " over verbs, not "
                            + Integer.toUnsignedString(greeting.getVersion()) + "; use matching releases");
            return;
        }
        if (overLimit) {
            refuse(
                    ErrorCode.LIMIT_REACHED,
                    "the unit serves " + options.limits().connections() + " connections, its limit; try again later");
            return;
        }
        ControlConnection control;
        try {
            control = service.connected(this);
        } catch (PmuException e) {
            refuse(e.code(), e.getMessage());
            return;
        }
        String evidence = "ended by a defect of the unit";
        protectionDomain = control.protectionDomain();
        nic.register(protectionDomain, this);
        try {
            evidence = serve(control);
        } catch (ProtocolException e) {
            evidence = "broke the protocol: " + e.getMessage();
            throw e;
        } catch (WorkFailedException e) {
            // The connection manager says the same, a little later.
            evidence = "closed by the peer, or broken: " + e.getMessage();
            throw e;
        } catch (IOException e) {
            evidence = "broken: " + e.getMessage();
            throw e;
        } finally {
            String reason = endReason.get();
            control.ended(reason == null ? evidence : reason);
        }
    }

    private static VerbsGreeting parseGreeting(byte[] message) throws ProtocolException {
        try {
            return VerbsGreeting.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new ProtocolException("its first message is no greeting: " + e.getMessage());
        }
    }

    /** The peer's first message; what may be waited for before is that it is ready. */
    private byte[] awaitMessage() throws IOException {
        byte[] message = messages.receive();
        while (message == null) {
            progress();
            message = messages.receive();
        }
        return message;
    }

    private void refuse(ErrorCode code, String message) throws IOException {
        messages.send(VerbsWelcome.newBuilder()
                .setVersion(VERSION)
                .setStatus(code.number())
                .setMessage(message)
                .build()
                .toByteArray());
        long deadline = System.nanoTime() + LINGER_NANOS;
        while (!messages.isDrained() && System.nanoTime() - deadline < 0) {
            progress();
        }
        // The peer hears of the end when it has heard why.
        while (endReason.get() == null && System.nanoTime() - deadline < 0) {
            progress();
        }
    }

    private String serve(ControlConnection control) throws IOException {
        messages.send(VerbsWelcome.newBuilder()
                .setVersion(VERSION)
                .setPersistentByRead(nic.isPersistentByRead())
                .build()
                .toByteArray());
        Registrations registrations = new Registrations(endpoint, memory, control.protectionDomain());
        while (endReason.get() == null) {
            byte[] message = messages.receive();
            if (message == null) {
                progress();
            } else {
                answer(control, registrations, parseRequest(message));
            }
        }
        return endReason.get();
    }

    private static Request parseRequest(byte[] message) throws ProtocolException {
        try {
            return Request.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new ProtocolException("a message is not a control request: " + e.getMessage());
        }
    }

    private void answer(ControlConnection control, Registrations registrations, Request request) throws IOException {
        Response response = control.handle(request);
        if (response.hasOpenRegion()) {
            response = registrations.withRanges(response);
        }
        answered |= response.getStatus() == 0;
        if (!messages.send(
                ToInitiator.newBuilder().setResponse(response).build().toByteArray())) {
            throw new SocketTimeoutException("the peer does not take what it is sent");
        }
    }

    /** Waits a little for something to happen, and takes note of it. */
    private void progress() throws IOException {
        String reason = endReason.get();
        if (reason != null) {
            throw new IOException(reason);
        }
        Completions completions = endpoint.completions();
        int count = completions.await(Math.min(LOOK_NANOS, patienceNanos()));
        WorkFailedException failure = WorkFailedException.among(completions, count);
        if (failure != null) {
            if (failure.reason() == WorkFailedException.Cause.INVALID) {
                throw new ProtocolException(failure.getMessage());
            }
            throw failure;
        }
        for (int i = 0; i < count; i++) {
            messages.completed(completions.get(i));
        }
        if (count == 0) {
            messages.trim();
        }
    }

    /** How long the peer may be silent from now on. */
    private long patienceNanos() throws SocketTimeoutException {
        long now = System.nanoTime();
        boolean stalled = messages.isStalled() || messages.isAssembling();
        if (stalled && !wasStalled) {
            stalledSince = now;
        }
        wasStalled = stalled;
        long patience = stalled ? stalledSince + stallNanos - now : Long.MAX_VALUE;
        if (!answered) {
            patience = Math.min(patience, handshakeDeadline - now);
        }
        if (patience <= 0) {
            throw new SocketTimeoutException(
                    answered
                            ? "a message stalled"
                            : established
                                    ? "no control request succeeded in time"
                                    : "the connection was not established in time");
        }
        return patience;
    }

    /** What the connection has at the device is given back; deregistering takes the longer the more memory it had. */
    private void end() {
        Endpoint ending;
        synchronized (endpointLock) {
            ending = endpoint;
        }
        if (ending == null) {
            refuse(events, id);
        } else {
            ending.close();
            if (ending.isFenced()) {
                nic.unregister(protectionDomain);
            }
        }
    }
}
