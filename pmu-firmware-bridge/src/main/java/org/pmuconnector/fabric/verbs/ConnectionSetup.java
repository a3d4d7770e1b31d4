package org.pmuconnector.fabric.verbs;

import com.google.protobuf.InvalidProtocolBufferException;
import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.pmuconnector.control.wire.VerbsGreeting;
import org.pmuconnector.control.wire.VerbsWelcome;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.polling.PollGate;
import org.pmuconnector.verbs.disni.Endpoint;
import org.pmuconnector.verbs.disni.EventChannel;

/**
 * How the initiator makes a connection: address and route are resolved, what the connection needs at the device is made, and
 * the connection manager connects it; then greeting and welcome are exchanged. One deadline for all of it; none of the
 * events that may come instead is waited through. For one thread, and one connection.
 */
final class ConnectionSetup {

    /** The version of the protocol that begins with {@link VerbsGreeting}. */
    static final int VERSION = 1;

    /** As often as the device can: deadlines are this side's business. */
    private static final byte RETRIES = 7;

    private final UnitAddress address;
    private final InetSocketAddress target;
    private final FabricOptions options;
    private final PollGate gate;
    private final Deadline deadline;

    /** Null until the connection manager is asked to connect. */
    private ConnectCall connecting;

    ConnectionSetup(
            UnitAddress address, InetSocketAddress target, FabricOptions options, PollGate gate, Deadline deadline) {
        this.address = address;
        this.target = target;
        this.options = options;
        this.gate = gate;
        this.deadline = deadline;
    }

    /**
     * Connects.
     *
     * @throws PmuException {@code UNIT_UNREACHABLE}, {@code DEADLINE_EXCEEDED}, {@code VERSION_UNSUPPORTED},
     *     {@code PROTOCOL_VIOLATION}, {@code CONNECTION_LOST}, or with what the unit refuses it with
     */
    VerbsConnection connect(Consumer<VerbsConnection> onEnd) throws PmuException {
        EventChannel events;
        try {
            events = EventChannel.open();
        } catch (IOException e) {
            throw unreachable("the connection manager cannot be used: " + e.getMessage(), e);
        }
        InitiatorQueue queue = null;
        try {
            queue = new InitiatorQueue(establish(events), events, options.pollMicros(), gate);
            queue.connect(this::connect);
        } catch (IOException e) {
            close(queue, events);
            throw unreachable(e.getMessage(), e);
        } catch (PmuException | RuntimeException e) {
            close(queue, events);
            throw e;
        }
        try {
            return new VerbsConnection(queue, address, welcome(queue), onEnd);
        } catch (IOException e) {
            close(queue, events);
            throw new PmuException(VerbsConnection.codeOf(e), "unit " + address + ": " + e.getMessage(), e);
        } catch (PmuException | RuntimeException e) {
            close(queue, events);
            throw e;
        }
    }

    private void close(InitiatorQueue queue, EventChannel events) {
        Runnable close = queue == null ? events::release : queue::close;
        if (connecting == null) {
            close.run();
        } else {
            connecting.afterwards(close);
        }
    }

    /** A connection's endpoint, still to be connected. */
    private Endpoint establish(EventChannel events) throws IOException, PmuException {
        RdmaCmId id = RdmaCm.open().createId(events, RdmaCm.RDMA_PS_TCP);
        try {
            id.resolveAddr(null, target, remainingMillis());
            await(events, EventType.RDMA_CM_EVENT_ADDR_RESOLVED);
            id.resolveRoute(remainingMillis());
            await(events, EventType.RDMA_CM_EVENT_ROUTE_RESOLVED);
        } catch (IOException | PmuException | RuntimeException e) {
            id.destroyId();
            throw e;
        }
        return Endpoint.create(events, id, InitiatorQueue.SEND_REQUESTS, InitiatorQueue.RECEIVE_REQUESTS);
    }

    private void connect(Endpoint endpoint, EventChannel events) throws IOException, PmuException {
        RdmaConnParam parameters = new RdmaConnParam();
        parameters.setRetry_count(RETRIES);
        parameters.setRnr_retry_count(RETRIES);
        connecting = ConnectCall.start(endpoint.id(), parameters);
        if (!connecting.await(remainingMillis())) {
            throw late();
        }
        await(events, EventType.RDMA_CM_EVENT_ESTABLISHED);
    }

    private int remainingMillis() throws PmuException {
        long nanos = deadline.remainingNanos();
        if (nanos <= 0) {
            throw late();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1);
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }

    private PmuException late() {
        return new PmuException(
                ErrorCode.DEADLINE_EXCEEDED,
                "unit " + address + ": no answer in time; check that it is served there over verbs");
    }

    private void await(EventChannel events, EventType wanted) throws IOException, PmuException {
        while (true) {
            EventChannel.Notice notice = events.next(remainingMillis());
            if (notice == null) {
                throw late();
            }
            if (notice.type() == wanted) {
                return;
            }
            if (notice.type() != EventType.RDMA_CM_EVENT_ADDR_CHANGE) {
                throw unreachable(explain(notice.type()), null);
            }
        }
    }

    private static String explain(EventType type) {
        return switch (type) {
            case RDMA_CM_EVENT_ADDR_ERROR -> "no RDMA device leads there, or the host does not answer (ADDR_ERROR)";
            case RDMA_CM_EVENT_ROUTE_ERROR -> "there is no route to it (ROUTE_ERROR)";
            case RDMA_CM_EVENT_REJECTED -> "no unit is served there over verbs, or it refuses connections (REJECTED)";
            case RDMA_CM_EVENT_UNREACHABLE -> "the host does not answer (UNREACHABLE)";
            case RDMA_CM_EVENT_CONNECT_ERROR -> "the connection could not be made (CONNECT_ERROR)";
            case RDMA_CM_EVENT_DISCONNECTED -> "the unit ended the connection at once (DISCONNECTED)";
            case RDMA_CM_EVENT_DEVICE_REMOVAL -> "the RDMA device was taken away (DEVICE_REMOVAL)";
            default -> "the connection manager answers " + type;
        };
    }

    private PmuException unreachable(String why, IOException cause) {
        return new PmuException(ErrorCode.UNIT_UNREACHABLE, "unit " + address + ": " + why, cause);
    }

    /** The initiator speaks first: iWARP devices let no other begin. */
    private VerbsWelcome welcome(InitiatorQueue queue) throws IOException, PmuException {
        byte[] greeting = VerbsGreeting.newBuilder().setVersion(VERSION).build().toByteArray();
        VerbsWelcome welcome;
        try {
            welcome = VerbsWelcome.parseFrom(queue.exchangeFirst(greeting, deadline));
        } catch (InvalidProtocolBufferException e) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION, "unit " + address + ": its welcome cannot be understood", e);
        }
        if (welcome.getStatus() != 0) {
            throw new PmuException(
                    ErrorCode.ofNumber(welcome.getStatus()), "unit " + address + ": " + welcome.getMessage());
        }
        if (welcome.getVersion() != VERSION) {
            throw new PmuException(
                    ErrorCode.VERSION_UNSUPPORTED,
                    "unit " + address + " speaks version " + Integer.toUnsignedString(welcome.getVersion())
                            + " over verbs, not " + VERSION + "; use matching releases");
        }
        return welcome;
    }
}
