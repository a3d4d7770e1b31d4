package org.pmuconnector.pmu.bridge;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.wire.Admission;
import org.pmuconnector.pmu.bridge.wire.Connected;
import org.pmuconnector.pmu.bridge.wire.ControlAnswer;
import org.pmuconnector.pmu.bridge.wire.Disconnect;
import org.pmuconnector.pmu.bridge.wire.FromManager;
import org.pmuconnector.pmu.bridge.wire.FromUnit;
import org.pmuconnector.pmu.bridge.wire.PushEvent;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.ControlService.ControlConnection;
import org.pmuconnector.pmu.nic.ControlService.NicConnection;

/**
 * Hands the unit's control messages to the manager, in the order in which they came, on one thread: the manager takes
 * them in turns anyway, and asks the unit for something meanwhile, which the receiving thread must stay free for.
 */
final class ControlDispatcher {

    private static final System.Logger LOG = System.getLogger(ControlDispatcher.class.getName());

    /** A connection has at most one request under way, and two more messages in its life. */
    private static final int CAPACITY = 16 * 1024;

    private final RemoteSession session;
    private final BlockingQueue<FromUnit> messages = new ArrayBlockingQueue<>(CAPACITY);
    private final Map<Long, ControlConnection> connections = new HashMap<>();
    private volatile boolean stopped;
    private Thread thread;

    ControlDispatcher(RemoteSession session) {
        this.session = session;
    }

    /** Takes a message; false if too many wait. */
    boolean offer(FromUnit message) {
        return messages.offer(message);
    }

    synchronized void start(ControlService service) {
        thread = new Thread(() -> run(service), "pmu-manager-control");
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void stop() {
        stopped = true;
        if (thread != null && thread != Thread.currentThread()) {
            thread.interrupt();
        }
    }

    private void run(ControlService service) {
        try {
            while (!stopped) {
                dispatch(messages.take(), service);
            }
        } catch (InterruptedException e) {
            LOG.log(INFO, "no more control messages: the session has ended");
        } catch (PmuException e) {
            LOG.log(INFO, "no more control messages: {0}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(ERROR, "defect while a control message was handled", e);
            session.close();
        }
        connections.values().forEach(connection -> connection.ended("the session with the unit has ended"));
    }

    private void dispatch(FromUnit message, ControlService service) throws PmuException {
        switch (message.getBodyCase()) {
            case CONNECTED -> connected(message.getConnected(), service);
            case REQUEST -> {
                long number = message.getRequest().getConnection();
                ControlConnection connection = connections.get(number);
                if (connection != null) {
                    session.send(FromManager.newBuilder()
                            .setAnswer(ControlAnswer.newBuilder()
                                    .setConnection(number)
                                    .setResponse(connection.handle(
                                            message.getRequest().getRequest())))
                            .build());
                }
            }
            case ENDED -> {
                ControlConnection connection =
                        connections.remove(message.getEnded().getConnection());
                if (connection != null) {
                    connection.ended(message.getEnded().getEvidence());
                }
            }
            default -> throw new IllegalArgumentException("no control message: " + message.getBodyCase());
        }
    }

    private void connected(Connected connected, ControlService service) throws PmuException {
        long number = connected.getConnection();
        Admission.Builder admission = Admission.newBuilder();
        try {
            ControlConnection connection = service.connected(new RemotePeer(number, connected.getPeer()));
            connections.put(number, connection);
            admission.setProtectionDomain(connection.protectionDomain());
        } catch (PmuException e) {
            admission.setStatus(e.code().number()).setMessage(e.getMessage());
        }
        session.send(FromManager.newBuilder()
                .setAnswer(ControlAnswer.newBuilder().setConnection(number).setAdmission(admission))
                .build());
    }

    /** A connection that the unit's process has. */
    private final class RemotePeer implements NicConnection {

        private final long number;
        private final String name;

        private RemotePeer(long number, String name) {
            this.number = number;
            this.name = name;
        }

        @Override
        public String peer() {
            return name;
        }

        @Override
        public void push(Event event) {
            tell(FromManager.newBuilder()
                    .setPush(PushEvent.newBuilder().setConnection(number).setEvent(event))
                    .build());
        }

        @Override
        public void disconnect(String reason) {
            tell(FromManager.newBuilder()
                    .setDisconnect(Disconnect.newBuilder().setConnection(number).setReason(reason))
                    .build());
        }

        private void tell(FromManager message) {
            try {
                session.send(message);
            } catch (PmuException e) {
                // The session has ended over it, and with it all connections.
                LOG.log(INFO, "{0}: {1}", name, e.getMessage());
            }
        }
    }
}
