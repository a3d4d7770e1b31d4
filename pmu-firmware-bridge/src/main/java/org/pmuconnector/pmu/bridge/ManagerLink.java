package org.pmuconnector.pmu.bridge;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.wire.BridgeReply;
import org.pmuconnector.pmu.bridge.wire.BridgeRequest;
import org.pmuconnector.pmu.bridge.wire.ControlAnswer;
import org.pmuconnector.pmu.bridge.wire.FromManager;
import org.pmuconnector.pmu.bridge.wire.FromUnit;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.RefusalLog;

/**
 * The unit's side of a manager that has proved itself: carries out what it asks, one thing after the other, and hands it
 * the control messages of connections. When the link ends, for whatever reason, so do the session with all keys, and then
 * all connections that the manager knew. Safe for use by many threads.
 */
final class ManagerLink implements ControlService {

    private static final System.Logger LOG = System.getLogger(ManagerLink.class.getName());

    private final BridgeStream stream;
    private final BridgeSession session;
    private final BridgeOptions options;
    private final RefusalLog refusals;
    private final Map<Long, ForwardedConnection> connections = new ConcurrentHashMap<>();
    private final AtomicLong lastConnection = new AtomicLong();
    private final AtomicReference<String> endReason = new AtomicReference<>();

    ManagerLink(BridgeStream stream, BridgeSession session, BridgeOptions options, RefusalLog refusals) {
        this.stream = stream;
        this.session = session;
        this.options = options;
        this.refusals = refusals;
    }

    /** Serves the manager until the link ends. */
    void run() {
        String reason = "ended by a defect of the unit";
        try {
            reason = serve();
        } catch (InvalidProtocolBufferException e) {
            refusals.refused(stream.remoteAddress(), "manager's message refused: " + e.getMessage());
            reason = "it sent what is no message: " + e.getMessage();
        } catch (IOException e) {
            reason = "connection lost: " + e.getMessage();
        } finally {
            end(reason);
        }
    }

    private String serve() throws IOException {
        while (true) {
            FromManager message =
                    stream.receive(FromManager.parser(), BridgeOptions.MAX_MESSAGE_BYTES, options.silenceMillis());
            if (message == null) {
                return "it closed the connection";
            }
            switch (message.getBodyCase()) {
                case REQUEST -> {
                    if (!reply(message.getRequest())) {
                        return "its session has ended";
                    }
                }
                case ANSWER -> answered(message.getAnswer());
                case PUSH -> {
                    ForwardedConnection to = connections.get(message.getPush().getConnection());
                    if (to != null) {
                        to.nic().push(message.getPush().getEvent());
                    }
                }
                case DISCONNECT -> {
                    ForwardedConnection to =
                            connections.get(message.getDisconnect().getConnection());
                    if (to != null) {
                        to.nic().disconnect(message.getDisconnect().getReason());
                    }
                }
                case FAREWELL -> {
                    return message.getFarewell().getReason();
                }
                case PROOF, BODY_NOT_SET -> throw new InvalidProtocolBufferException("not expected here");
            }
        }
    }

    /** Carries a request out; false if the session has ended. */
    private boolean reply(BridgeRequest request) throws IOException {
        BridgeReply.Builder reply;
        boolean live = true;
        try {
            reply = SessionRequests.carryOut(request, session);
        } catch (PmuException e) {
            refusals.refused(stream.remoteAddress(), "manager's " + request.getBodyCase() + ": " + e.getMessage());
            reply = BridgeReply.newBuilder().setStatus(e.code().number()).setMessage(e.getMessage());
            live = e.code() != ErrorCode.MANAGER_NOT_AUTHENTICATED;
        }
        stream.send(FromUnit.newBuilder().setReply(reply.setId(request.getId())).build());
        return live;
    }

    private void answered(ControlAnswer answer) {
        ForwardedConnection connection = connections.get(answer.getConnection());
        if (connection != null) {
            connection.answered(answer);
        }
    }

    @Override
    public ControlConnection connected(NicConnection nic) throws PmuException {
        ForwardedConnection connection = new ForwardedConnection(this, lastConnection.incrementAndGet(), nic);
        connections.put(connection.number(), connection);
        try {
            connection.admit();
            return connection;
        } catch (PmuException | RuntimeException e) {
            connections.remove(connection.number());
            throw e;
        }
    }

    void forget(ForwardedConnection connection) {
        connections.remove(connection.number());
    }

    /** Why it has ended, null if it has not. */
    String endReason() {
        return endReason.get();
    }

    int answerTimeoutMillis() {
        return options.answerTimeoutMillis();
    }

    /** Sends, or ends the link. */
    void send(FromUnit message) throws PmuException {
        try {
            stream.send(message);
        } catch (IOException e) {
            end("connection lost: " + e.getMessage());
            throw gone();
        }
    }

    /** What a request is told when the manager is not there any more. */
    PmuException gone() {
        return new PmuException(
                ErrorCode.UNIT_UNREACHABLE,
                "the unit's manager has gone (" + endReason.get() + "); try again when it is back");
    }

    /** Ends the link: first all keys, then the stream, then the connections. Ending twice does nothing. */
    void end(String reason) {
        if (!endReason.compareAndSet(null, reason)) {
            return;
        }
        LOG.log(WARNING, "manager at {0}: {1}; all keys are revoked", stream.remoteAddress(), reason);
        session.close();
        try {
            stream.close();
        } catch (IOException e) {
            LOG.log(INFO, "manager at {0}: closing failed: {1}", stream.remoteAddress(), e.getMessage());
        }
        connections.values().forEach(connection -> connection.linkEnded(reason));
    }
}
