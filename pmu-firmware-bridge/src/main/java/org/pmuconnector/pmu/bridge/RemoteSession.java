package org.pmuconnector.pmu.bridge;

import static java.lang.System.Logger.Level.WARNING;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.wire.BridgeReply;
import org.pmuconnector.pmu.bridge.wire.BridgeRequest;
import org.pmuconnector.pmu.bridge.wire.Challenge;
import org.pmuconnector.pmu.bridge.wire.Copy;
import org.pmuconnector.pmu.bridge.wire.Farewell;
import org.pmuconnector.pmu.bridge.wire.FromManager;
import org.pmuconnector.pmu.bridge.wire.FromUnit;
import org.pmuconnector.pmu.bridge.wire.Ping;
import org.pmuconnector.pmu.bridge.wire.Proof;
import org.pmuconnector.pmu.bridge.wire.ReadCatalog;
import org.pmuconnector.pmu.bridge.wire.RotateKey;
import org.pmuconnector.pmu.bridge.wire.Welcome;
import org.pmuconnector.pmu.bridge.wire.Wipe;
import org.pmuconnector.pmu.bridge.wire.WriteCatalog;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.ManagerProof;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.nic.ControlService;

/**
 * The session of a manager with a unit in another process. One thread receives; another hands control messages to the
 * manager, which may ask for something meanwhile. Safe for use by many threads.
 */
public final class RemoteSession implements BridgeSession {

    /** Signs challenges with the manager's private key. */
    @FunctionalInterface
    public interface Signer {

        /**
         * Signs.
         *
         * @param managerKey the public key that the unit will check with
         * @throws PmuException {@code MANAGER_NOT_AUTHENTICATED} if there is no such private key
         */
        byte[] sign(PublicKey managerKey, byte[] message) throws PmuException;
    }

    private static final System.Logger LOG = System.getLogger(RemoteSession.class.getName());

    private final BridgeStream stream;
    private final BridgeOptions options;
    private final PersistenceLevel highestLevel;
    private final String memoryDescription;
    private final Map<Long, CompletableFuture<BridgeReply>> awaited = new ConcurrentHashMap<>();
    private final AtomicLong lastRequest = new AtomicLong();
    private final AtomicReference<String> endReason = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ControlDispatcher dispatcher;
    private volatile Superblock superblock;

    private RemoteSession(BridgeStream stream, BridgeOptions options, Welcome welcome) throws PmuException {
        this.stream = stream;
        this.options = options;
        ByteBuffer unitId = welcome.getUnitId().asReadOnlyByteBuffer();
        if (unitId.remaining() != 2 * Long.BYTES) {
            throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a unit id of " + unitId.remaining() + " bytes");
        }
        this.superblock = new Superblock(
                new UUID(unitId.getLong(), unitId.getLong()),
                welcome.getSizeBytes(),
                welcome.getSlotCount(),
                welcome.getDataOffset(),
                SessionRequests.key(welcome.getManagerKey()),
                welcome.getBootNumber());
        this.highestLevel = welcome.getPersistent() ? PersistenceLevel.PERSISTENT : PersistenceLevel.VISIBLE;
        this.memoryDescription = welcome.getMemory();
        this.dispatcher = new ControlDispatcher(this);
    }

    /**
     * Connects to a unit and proves to be its manager.
     *
     * @throws PmuException {@code UNIT_UNREACHABLE}, {@code MANAGER_NOT_AUTHENTICATED}, {@code VERSION_UNSUPPORTED},
     *     {@code PROTOCOL_VIOLATION} if something else answers there
     */
    public static RemoteSession open(InetSocketAddress unit, Signer signer, BridgeOptions options) throws PmuException {
        String where = unit.getHostString() + ":" + unit.getPort();
        Socket socket = new Socket();
        try {
            socket.connect(unit, options.proofTimeoutMillis());
            BridgeStream stream = new BridgeStream(socket);
            RemoteSession session = new RemoteSession(stream, options, prove(stream, signer, options));
            session.start();
            return session;
        } catch (IOException e) {
            close(socket, e);
            throw new PmuException(
                    ErrorCode.UNIT_UNREACHABLE, "the bridge at " + where + " cannot be used: " + e.getMessage(), e);
        } catch (PmuException | RuntimeException e) {
            close(socket, e);
            throw e;
        }
    }

    private static void close(Socket socket, Exception failure) {
        try {
            socket.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static Welcome prove(BridgeStream stream, Signer signer, BridgeOptions options)
            throws IOException, PmuException {
        Challenge challenge =
                receive(stream, FromUnit.BodyCase.CHALLENGE, options).getChallenge();
        if (challenge.getProtocolVersion() != BridgeListener.PROTOCOL_VERSION) {
            throw new PmuException(
                    ErrorCode.VERSION_UNSUPPORTED,
                    "the unit speaks bridge protocol version "
                            + Integer.toUnsignedString(challenge.getProtocolVersion()) + ", this release "
                            + BridgeListener.PROTOCOL_VERSION + "; use matching releases");
        }
        byte[] message = challenge.getMessage().toByteArray();
        if (!ManagerProof.isChallenge(message, stream.remoteAddress())) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    stream.remoteAddress() + " asks to sign what is not a challenge of a unit at that address");
        }
        byte[] signature = signer.sign(SessionRequests.key(challenge.getManagerKey()), message);
        Proof.Builder proof = Proof.newBuilder()
                .setProtocolVersion(BridgeListener.PROTOCOL_VERSION)
                .setSignature(ByteString.copyFrom(signature));
        stream.send(FromManager.newBuilder().setProof(proof).build());
        return receive(stream, FromUnit.BodyCase.WELCOME, options).getWelcome();
    }

    private static FromUnit receive(BridgeStream stream, FromUnit.BodyCase expected, BridgeOptions options)
            throws IOException, PmuException {
        FromUnit message =
                stream.receive(FromUnit.parser(), BridgeOptions.MAX_MESSAGE_BYTES, options.proofTimeoutMillis());
        if (message == null) {
            throw new IOException("the unit closed the connection");
        }
        if (message.getBodyCase() == FromUnit.BodyCase.REFUSED) {
            throw new PmuException(
                    ErrorCode.ofNumber(message.getRefused().getStatus()),
                    message.getRefused().getMessage());
        }
        if (message.getBodyCase() != expected) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION, "the unit sent " + message.getBodyCase() + " instead of " + expected);
        }
        return message;
    }

    private void start() {
        Thread receiver = new Thread(this::receive, "pmu-manager-receive");
        receiver.setDaemon(true);
        receiver.start();
    }

    /** Hands control messages to the manager from now on; those that came before have waited. */
    public void serve(ControlService service) {
        dispatcher.start(service);
    }

    private void receive() {
        String reason = "ended by a defect of the manager";
        try {
            reason = receiveAll();
        } catch (IOException e) {
            reason = "connection lost: " + e.getMessage();
        } finally {
            end(reason);
        }
    }

    private String receiveAll() throws IOException {
        while (true) {
            FromUnit message =
                    stream.receive(FromUnit.parser(), BridgeOptions.MAX_MESSAGE_BYTES, options.silenceMillis());
            if (message == null) {
                return "the unit closed the connection";
            }
            switch (message.getBodyCase()) {
                case REPLY -> {
                    CompletableFuture<BridgeReply> waiting =
                            awaited.remove(message.getReply().getId());
                    if (waiting != null) {
                        waiting.complete(message.getReply());
                    }
                }
                case CONNECTED, REQUEST, ENDED -> {
                    if (!dispatcher.offer(message)) {
                        return "more control messages than can wait";
                    }
                }
                case REFUSED -> {
                    return message.getRefused().getMessage();
                }
                case CHALLENGE, WELCOME, BODY_NOT_SET -> throw new IOException(message.getBodyCase() + " out of place");
            }
        }
    }

    @Override
    public Superblock superblock() {
        return superblock;
    }

    @Override
    public PersistenceLevel highestLevel() {
        return highestLevel;
    }

    @Override
    public String memoryDescription() {
        return memoryDescription;
    }

    @Override
    public List<byte[]> readCatalogEntries(int firstSlot, int count) throws PmuException {
        ReadCatalog.Builder read =
                ReadCatalog.newBuilder().setFirstSlot(firstSlot).setCount(count);
        List<ByteString> entries =
                call(BridgeRequest.newBuilder().setReadCatalog(read)).getEntriesList();
        if (entries.size() != count) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION, entries.size() + " catalog entries instead of " + count);
        }
        return entries.stream().map(ByteString::toByteArray).toList();
    }

    @Override
    public void writeCatalogEntry(int slot, byte[] entry) throws PmuException {
        call(BridgeRequest.newBuilder()
                .setWriteCatalog(WriteCatalog.newBuilder().setSlot(slot).setEntry(ByteString.copyFrom(entry))));
    }

    @Override
    public List<Integer> apply(TableBatch batch) throws PmuException {
        List<Integer> keys = call(BridgeRequest.newBuilder().setApplyTables(SessionRequests.message(batch)))
                .getKeysList();
        if (keys.size() != batch.bound().size()) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    keys.size() + " keys instead of " + batch.bound().size());
        }
        return keys;
    }

    @Override
    public void wipe(long offset, long lengthBytes) throws PmuException {
        call(BridgeRequest.newBuilder()
                .setWipe(Wipe.newBuilder().setOffset(offset).setLengthBytes(lengthBytes)));
    }

    @Override
    public void copy(long fromOffset, long toOffset, long lengthBytes) throws PmuException {
        Copy.Builder copy = Copy.newBuilder()
                .setFromOffset(fromOffset)
                .setToOffset(toOffset)
                .setLengthBytes(lengthBytes);
        call(BridgeRequest.newBuilder().setCopy(copy));
    }

    @Override
    public void rotateKey(PublicKey next) throws PmuException {
        call(BridgeRequest.newBuilder()
                .setRotateKey(RotateKey.newBuilder().setManagerKey(ByteString.copyFrom(next.getEncoded()))));
        superblock = superblock.withManagerKey(next);
    }

    /**
     * Gives a sign of life, which the unit answers with one of its own; does not wait for it.
     *
     * @throws PmuException if the session has ended
     */
    public void ping() throws PmuException {
        if (endReason.get() != null) {
            throw gone();
        }
        send(FromManager.newBuilder()
                .setRequest(BridgeRequest.newBuilder().setPing(Ping.getDefaultInstance()))
                .build());
    }

    private BridgeReply call(BridgeRequest.Builder request) throws PmuException {
        long id = lastRequest.incrementAndGet();
        CompletableFuture<BridgeReply> answer = new CompletableFuture<>();
        awaited.put(id, answer);
        try {
            // Whoever ends the session completes what is awaited after having said so: one of the two sees the other.
            if (endReason.get() != null) {
                throw gone();
            }
            send(FromManager.newBuilder().setRequest(request.setId(id)).build());
            BridgeReply reply = answer.get(options.answerTimeoutMillis(), TimeUnit.MILLISECONDS);
            if (reply.getStatus() != 0) {
                throw new PmuException(ErrorCode.ofNumber(reply.getStatus()), reply.getMessage());
            }
            return reply;
        } catch (TimeoutException e) {
            end("no answer to " + request.getBodyCase() + " within " + options.answerTimeoutMillis() + " ms");
            throw gone();
        } catch (ExecutionException e) {
            throw gone();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            // Whether it was done is unknown, and this session must not go on as if it were not.
            end("a thread was interrupted that waited for the unit");
            throw gone();
        } finally {
            awaited.remove(id);
        }
    }

    /** Sends, or ends the session. */
    void send(FromManager message) throws PmuException {
        try {
            stream.send(message);
        } catch (IOException e) {
            end("connection lost: " + e.getMessage());
            throw gone();
        }
    }

    private PmuException gone() {
        return new PmuException(
                ErrorCode.CONNECTION_LOST, "the manager's session with the unit has ended: " + endReason.get());
    }

    /** Returns when the session has ended, with the reason. */
    public String awaitEnd() throws InterruptedException {
        ended.await();
        return endReason.get();
    }

    private void end(String reason) {
        if (!endReason.compareAndSet(null, reason)) {
            return;
        }
        try {
            stream.close();
        } catch (IOException e) {
            LOG.log(WARNING, "closing the connection to the unit: {0}", e.getMessage());
        }
        awaited.values().forEach(waiting -> waiting.completeExceptionally(new IOException(reason)));
        dispatcher.stop();
        ended.countDown();
    }

    /** Ends the session, and waits until the unit has revoked all keys or is found to be gone. */
    @Override
    public void close() {
        if (endReason.get() == null) {
            try {
                send(FromManager.newBuilder()
                        .setFarewell(Farewell.newBuilder().setReason("the manager has ended its session"))
                        .build());
                // Having revoked them it closes the stream.
                ended.await(options.answerTimeoutMillis(), TimeUnit.MILLISECONDS);
            } catch (PmuException e) {
                LOG.log(WARNING, "taking leave of the unit: {0}", e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        end("closed");
    }
}
