package org.pmuconnector.pmu.bridge;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.wire.Challenge;
import org.pmuconnector.pmu.bridge.wire.FromManager;
import org.pmuconnector.pmu.bridge.wire.FromUnit;
import org.pmuconnector.pmu.bridge.wire.Refused;
import org.pmuconnector.pmu.bridge.wire.Welcome;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.FirmwareBridge;
import org.pmuconnector.pmu.firmware.ManagerProof;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.RefusalLog;

/**
 * Where managers in other processes reach a unit. Whoever connects is asked for the manager's proof and gets nothing
 * without it. A manager that proves itself replaces the one before: that one's keys are revoked first. To network
 * interfaces this is the unit's control service, which refuses connections as long as there is no manager. Safe for use by
 * many threads.
 *
 * <p>The stream is neither encrypted nor signed beyond the proof, which is why only addresses of the host itself are
 * listened on. The proof names the address, so that one given to an impostor at another address is of no use here.
 */
public final class BridgeListener implements ControlService, AutoCloseable {

    static final int PROTOCOL_VERSION = 1;

    private static final System.Logger LOG = System.getLogger(BridgeListener.class.getName());
    private static final long ACCEPT_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int BACKLOG = 16;

    private final ServerSocket listener;
    private final FirmwareBridge bridge;
    private final BridgeOptions options;
    private final RefusalLog refusals = new RefusalLog(BridgeListener.class);
    private final Set<BridgeStream> streams = ConcurrentHashMap.newKeySet();
    private final AtomicInteger unproved = new AtomicInteger();
    private final Thread acceptor;

    /** The manager that there is now, null if there is none. */
    private volatile ManagerLink manager;

    private volatile boolean closed;

    private BridgeListener(ServerSocket listener, FirmwareBridge bridge, BridgeOptions options) {
        this.listener = listener;
        this.bridge = bridge;
        this.options = options;
        this.acceptor = daemon(this::accept, "pmu-bridge-accept-" + listener.getLocalPort());
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Listens for managers until closed.
     *
     * @param address of this host's loopback interface; port 0 for any free one
     * @throws PmuException {@code BAD_CONFIGURATION} if the address is another one, is taken or may not be used
     */
    public static BridgeListener listen(InetSocketAddress address, FirmwareBridge bridge, BridgeOptions options)
            throws PmuException {
        String where = address.getHostString() + ":" + address.getPort();
        if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "the bridge cannot listen on " + where
                            + ", which is no loopback address: what a manager sends is not encrypted; listen on "
                            + "127.0.0.1, and run the manager on this host or through a tunnel");
        }
        try {
            ServerSocket socket = new ServerSocket();
            try {
                socket.setReuseAddress(true);
                socket.bind(address, BACKLOG);
                BridgeListener listening = new BridgeListener(socket, bridge, options);
                listening.acceptor.start();
                return listening;
            } catch (IOException | RuntimeException e) {
                socket.close();
                throw e;
            }
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "the bridge cannot listen on " + where + ": " + e.getMessage() + "; choose another address",
                    e);
        }
    }

    /** Where it listens. */
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** Whether there is a manager now. */
    public boolean hasManager() {
        return manager != null;
    }

    @Override
    public ControlConnection connected(NicConnection connection) throws PmuException {
        ManagerLink current = manager;
        if (current == null) {
            throw new PmuException(
                    ErrorCode.UNIT_UNREACHABLE,
                    closed
                            ? "the unit is stopping; try again when it is served"
                            : "the unit has no manager; start one with 'pmu manage', then try again");
        }
        return current.connected(connection);
    }

    private void accept() {
        while (!closed) {
            try {
                start(listener.accept());
            } catch (IOException e) {
                if (!closed) {
                    refusals.refused("the bridge", "a connection could not be accepted: " + e.getMessage());
                    LockSupport.parkNanos(ACCEPT_RETRY_NANOS);
                }
            }
        }
    }

    private void start(Socket socket) throws IOException {
        BridgeStream stream;
        try {
            stream = new BridgeStream(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        if (unproved.incrementAndGet() > options.unprovedStreams()) {
            unproved.decrementAndGet();
            refusals.refused(
                    stream.remoteAddress(),
                    "connection to the bridge refused: " + options.unprovedStreams() + " have proved nothing yet");
            stream.close();
            return;
        }
        streams.add(stream);
        daemon(() -> serve(stream), "pmu-bridge-" + stream.remoteAddress()).start();
        if (closed) {
            stream.close();
        }
    }

    private void serve(BridgeStream stream) {
        try (stream) {
            ManagerLink link;
            try {
                link = prove(stream);
            } finally {
                unproved.decrementAndGet();
            }
            if (link != null) {
                LOG.log(INFO, "manager at {0} has proved itself", stream.remoteAddress());
                link.run();
                leave(link);
            }
        } catch (IOException e) {
            refusals.refused(stream.remoteAddress(), "bridge connection ended without a proof: " + e.getMessage());
        } finally {
            streams.remove(stream);
        }
    }

    private synchronized void leave(ManagerLink link) {
        if (manager == link) {
            manager = null;
        }
    }

    /** Asks for the proof; null if it was refused. */
    private ManagerLink prove(BridgeStream stream) throws IOException {
        ManagerProof challenge = bridge.challenge(stream.localAddress());
        Challenge.Builder asked = Challenge.newBuilder()
                .setProtocolVersion(PROTOCOL_VERSION)
                .setMessage(ByteString.copyFrom(challenge.message()))
                .setManagerKey(
                        ByteString.copyFrom(bridge.superblock().managerKey().getEncoded()));
        stream.send(FromUnit.newBuilder().setChallenge(asked).build());
        try {
            FromManager first = stream.receive(
                    FromManager.parser(), BridgeOptions.MAX_UNPROVED_MESSAGE_BYTES, options.proofTimeoutMillis());
            if (first == null) {
                throw new IOException("closed by the peer");
            }
            if (first.getBodyCase() != FromManager.BodyCase.PROOF) {
                throw new PmuException(
                        ErrorCode.MANAGER_NOT_AUTHENTICATED,
                        first.getBodyCase() + " before the manager's proof; nothing is done without it");
            }
            if (first.getProof().getProtocolVersion() != PROTOCOL_VERSION) {
                throw new PmuException(
                        ErrorCode.VERSION_UNSUPPORTED,
                        "the unit speaks bridge protocol version " + PROTOCOL_VERSION + ", not "
                                + Integer.toUnsignedString(first.getProof().getProtocolVersion())
                                + "; use matching releases");
            }
            return install(stream, challenge, first.getProof().getSignature().toByteArray());
        } catch (InvalidProtocolBufferException e) {
            refuse(stream, ErrorCode.PROTOCOL_VIOLATION, "not a message of the bridge protocol: " + e.getMessage());
        } catch (PmuException e) {
            refuse(stream, e.code(), e.getMessage());
        }
        return null;
    }

    private void refuse(BridgeStream stream, ErrorCode code, String why) throws IOException {
        refusals.refused(stream.remoteAddress(), "refused on the bridge: " + why);
        Refused refused =
                Refused.newBuilder().setStatus(code.number()).setMessage(why).build();
        stream.send(FromUnit.newBuilder().setRefused(refused).build());
    }

    /** One at a time: the former manager's connections end before the next one is told of any. */
    private synchronized ManagerLink install(BridgeStream stream, ManagerProof challenge, byte[] signature)
            throws PmuException, IOException {
        if (closed) {
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, "the unit is stopping");
        }
        BridgeSession session = bridge.authenticate(challenge, signature);
        ManagerLink former = manager;
        manager = null;
        if (former != null) {
            former.end("another manager has proved itself, from " + stream.remoteAddress());
        }
        try {
            stream.send(FromUnit.newBuilder().setWelcome(welcome(session)).build());
        } catch (IOException e) {
            session.close();
            throw e;
        }
        ManagerLink link = new ManagerLink(stream, session, options, refusals);
        manager = link;
        return link;
    }

    private static Welcome welcome(BridgeSession session) {
        Superblock unit = session.superblock();
        byte[] unitId = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(unit.unitId().getMostSignificantBits())
                .putLong(unit.unitId().getLeastSignificantBits())
                .array();
        return Welcome.newBuilder()
                .setUnitId(ByteString.copyFrom(unitId))
                .setSizeBytes(unit.sizeBytes())
                .setSlotCount(unit.slotCount())
                .setDataOffset(unit.dataOffset())
                .setManagerKey(ByteString.copyFrom(unit.managerKey().getEncoded()))
                .setBootNumber(unit.bootNumber())
                .setPersistent(session.highestLevel() == PersistenceLevel.PERSISTENT)
                .setMemory(session.memoryDescription())
                .build();
    }

    /** Ends the manager, if there is one, and lets none in. Closing twice does nothing. */
    @Override
    public void close() {
        ManagerLink last;
        synchronized (this) {
            closed = true;
            last = manager;
            manager = null;
        }
        try {
            listener.close();
            if (last != null) {
                last.end("the unit is stopping");
            }
            for (BridgeStream stream : streams) {
                stream.close();
            }
        } catch (IOException e) {
            LOG.log(WARNING, "closing the bridge's listener: {0}", e.getMessage());
        }
    }
}
