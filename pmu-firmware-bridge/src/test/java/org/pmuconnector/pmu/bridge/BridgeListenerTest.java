package org.pmuconnector.pmu.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.wire.BridgeReply;
import org.pmuconnector.pmu.bridge.wire.BridgeRequest;
import org.pmuconnector.pmu.bridge.wire.Challenge;
import org.pmuconnector.pmu.bridge.wire.FromManager;
import org.pmuconnector.pmu.bridge.wire.FromUnit;
import org.pmuconnector.pmu.bridge.wire.Ping;
import org.pmuconnector.pmu.bridge.wire.Proof;
import org.pmuconnector.pmu.bridge.wire.ReadCatalog;
import org.pmuconnector.pmu.firmware.FirmwareBridge;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.manager.ManagerKey;
import org.pmuconnector.pmu.memory.VolatileMemory;
import org.pmuconnector.pmu.nic.ControlService.NicConnection;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;
import org.pmuconnector.pmu.translation.VirtualAddress;

/** Whoever reaches the bridge without the manager's key gets nothing; a manager that dies leaves nothing behind. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BridgeListenerTest {

    private static final int SIZE = 1 << 20;
    private static final int DATA = 192 << 10;
    private static final long BASE = VirtualAddress.base(0);
    private static final Mapping MAPPING = new Mapping(List.of(new Extent(0, DATA, 65536)));
    private static final BridgeOptions OPTIONS = new BridgeOptions(300, 4, 60_000, 10_000);

    private final KeyPair pair = ManagerKey.generate();
    private final List<AutoCloseable> open = new ArrayList<>();
    private FirmwareBridge bridge;
    private BridgeListener listener;

    @BeforeEach
    void start() throws Exception {
        VolatileMemory memory = new VolatileMemory(SIZE);
        Superblock.format(memory, new UUID(1, 2), pair.getPublic());
        bridge = FirmwareBridge.start(memory, "unit x", 64, new Random(1));
        listener = listen(OPTIONS);
    }

    private BridgeListener listen(BridgeOptions options) throws PmuException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return keep(BridgeListener.listen(any, bridge, options));
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call, String... says) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PmuException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage()).contains(says);
        });
    }

    private BridgeStream connect() throws IOException {
        return keep(new BridgeStream(new Socket(
                listener.localAddress().getAddress(), listener.localAddress().getPort())));
    }

    private static FromUnit receive(BridgeStream stream) throws IOException {
        return stream.receive(FromUnit.parser(), BridgeOptions.MAX_MESSAGE_BYTES, 20_000);
    }

    private static FromManager proof(byte[] signature) {
        return FromManager.newBuilder()
                .setProof(Proof.newBuilder().setProtocolVersion(1).setSignature(ByteString.copyFrom(signature)))
                .build();
    }

    private byte[] sign(Challenge challenge) {
        return ManagerKey.of(pair).sign(challenge.getMessage().toByteArray());
    }

    /** A manager by hand, past its proof. */
    private BridgeStream prove() throws IOException {
        BridgeStream stream = connect();
        stream.send(proof(sign(receive(stream).getChallenge())));
        assertThat(receive(stream).hasWelcome()).isTrue();
        return stream;
    }

    private RemoteSession manager() throws PmuException {
        ManagerKey key = ManagerKey.of(pair);
        return keep(RemoteSession.open(listener.localAddress(), (publicKey, message) -> key.sign(message), OPTIONS));
    }

    private void assertRefusedAndClosed(BridgeStream stream, ErrorCode code, String says) throws IOException {
        FromUnit answer = receive(stream);
        assertThat(answer.getRefused().getStatus()).isEqualTo(code.number());
        assertThat(answer.getRefused().getMessage()).contains(says);
        assertThat(receive(stream)).isNull();
        assertThat(listener.hasManager()).isFalse();
    }

    private static TableBatch mapAndBind() {
        return new TableBatch().map(0, MAPPING).bind(new KeyBinding(7, BASE, 65536, EnumSet.allOf(Right.class), 1));
    }

    @Test
    void operation_beforeTheProof_isRefusedAndEndsTheStream() throws Exception {
        List<BridgeRequest.Builder> operations = List.of(
                BridgeRequest.newBuilder().setApplyTables(SessionRequests.message(mapAndBind())),
                BridgeRequest.newBuilder()
                        .setReadCatalog(ReadCatalog.newBuilder().setCount(1)),
                BridgeRequest.newBuilder().setPing(Ping.getDefaultInstance()));
        for (BridgeRequest.Builder operation : operations) {
            BridgeStream stream = connect();
            assertThat(receive(stream).hasChallenge()).isTrue();
            stream.send(FromManager.newBuilder().setRequest(operation).build());
            assertRefusedAndClosed(stream, ErrorCode.MANAGER_NOT_AUTHENTICATED, "before the manager's proof");
        }
        assertThat(bridge.superblock().bootNumber()).isZero();
    }

    @Test
    void proof_byAnotherKeyOrNone_isRefused() throws Exception {
        for (byte[] signature : List.of(new byte[0], new byte[64], new byte[500])) {
            BridgeStream stream = connect();
            assertThat(receive(stream).hasChallenge()).isTrue();
            stream.send(proof(signature));
            assertRefusedAndClosed(stream, ErrorCode.MANAGER_NOT_AUTHENTICATED, "not by the key");
        }
        ManagerKey stranger = ManagerKey.of(ManagerKey.generate());
        assertRefused(
                ErrorCode.MANAGER_NOT_AUTHENTICATED,
                () -> RemoteSession.open(
                        listener.localAddress(), (publicKey, message) -> stranger.sign(message), OPTIONS),
                "not by the key");
        assertThat(bridge.superblock().bootNumber()).isZero();
    }

    @Test
    void proof_replayed_isRefused() throws Exception {
        BridgeStream first = connect();
        byte[] signature = sign(receive(first).getChallenge());
        first.send(proof(signature));
        assertThat(receive(first).hasWelcome()).isTrue();
        first.close();
        await(() -> !listener.hasManager());
        BridgeStream again = connect();
        assertThat(receive(again).hasChallenge()).isTrue();
        again.send(proof(signature));
        assertRefusedAndClosed(again, ErrorCode.MANAGER_NOT_AUTHENTICATED, "not by the key");
    }

    /** An impostor lures a manager to its own address and passes everything on. */
    @Test
    void proof_relayedThroughAnotherAddress_isNotGiven() throws Exception {
        BridgeListener other = listen(OPTIONS);
        String elsewhere = "127.0.0.1:" + other.localAddress().getPort();
        BridgeStream toUnit = connect();
        byte[] message = receive(toUnit).getChallenge().getMessage().toByteArray();
        assertThat(org.pmuconnector.pmu.firmware.ManagerProof.isChallenge(message, toUnit.remoteAddress()))
                .isTrue();
        assertThat(org.pmuconnector.pmu.firmware.ManagerProof.isChallenge(message, elsewhere))
                .isFalse();
    }

    @Test
    void message_thatIsNone_isRefused() throws Exception {
        Random random = new Random(7);
        for (int length : new int[] {1, 100, BridgeOptions.MAX_UNPROVED_MESSAGE_BYTES + 1, Integer.MAX_VALUE, -1}) {
            Socket socket = keep(new Socket(
                    listener.localAddress().getAddress(),
                    listener.localAddress().getPort()));
            BridgeStream stream = keep(new BridgeStream(socket));
            assertThat(receive(stream).hasChallenge()).isTrue();
            byte[] garbage = new byte[Math.min(length & Integer.MAX_VALUE, 4096)];
            random.nextBytes(garbage);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(length);
            if (length == garbage.length) {
                out.write(garbage);
            }
            FromUnit answer = receive(stream);
            assertThat(answer.hasRefused()).as("length %d", length).isTrue();
        }
        manager();
    }

    @Test
    void connection_thatProvesNothingInTime_isClosed() throws Exception {
        BridgeStream silent = connect();
        assertThat(receive(silent).hasChallenge()).isTrue();
        assertThat(receive(silent)).isNull();
    }

    @Test
    void connections_moreThanMayBeUnproved_areClosedAndTheManagerIsLetInLater() throws Exception {
        listener = listen(new BridgeOptions(20_000, 2, 60_000, 10_000));
        BridgeStream first = connect();
        BridgeStream second = connect();
        assertThat(receive(first).hasChallenge()).isTrue();
        assertThat(receive(second).hasChallenge()).isTrue();
        assertThatThrownBy(() -> {
                    if (receive(connect()) == null) {
                        throw new IOException("closed");
                    }
                })
                .isInstanceOf(IOException.class);
        first.send(proof(sign(ByteStringChallenge.none())));
        assertThat(receive(first).hasRefused()).isTrue();
        assertThat(receive(first)).isNull();
        manager();
    }

    /** A challenge that nobody made. */
    private static final class ByteStringChallenge {
        static Challenge none() {
            return Challenge.newBuilder()
                    .setMessage(ByteString.copyFromUtf8("x"))
                    .build();
        }
    }

    @Test
    void listen_addressThatOthersReach_isRefused() {
        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> BridgeListener.listen(new InetSocketAddress("0.0.0.0", 0), bridge, OPTIONS),
                "no loopback address");
    }

    @Test
    void connected_withoutAManager_isUnreachable() throws Exception {
        assertRefused(ErrorCode.UNIT_UNREACHABLE, () -> listener.connected(new Nic()), "no manager");
        RemoteSession session = manager();
        session.close();
        await(() -> !listener.hasManager());
        assertRefused(ErrorCode.UNIT_UNREACHABLE, () -> listener.connected(new Nic()), "no manager");
    }

    private static final class Nic implements NicConnection {

        @Override
        public String peer() {
            return "192.0.2.1:7";
        }

        @Override
        public void push(Event event) {
            throw new AssertionError("no event is expected");
        }

        @Override
        public void disconnect(String reason) {
            throw new AssertionError(reason);
        }
    }

    @Test
    void manager_replacedByAnother_hasNoKeysAndNoSayAnyMore() throws Exception {
        RemoteSession first = manager();
        int key = first.apply(mapAndBind()).get(0);
        bridge.place(7, key, BASE, ByteBuffer.allocate(8));
        RemoteSession second = manager();
        assertThatThrownBy(() -> bridge.place(7, key, BASE, ByteBuffer.allocate(8)))
                .isInstanceOf(ProtectionFaultException.class);
        assertRefused(ErrorCode.CONNECTION_LOST, () -> first.apply(new TableBatch()), "has ended");
        assertThat(second.superblock().bootNumber())
                .isEqualTo(first.superblock().bootNumber() + 1);
        int next = second.apply(mapAndBind()).get(0);
        bridge.place(7, next, BASE, ByteBuffer.allocate(8));
    }

    /** Every length at which the stream may be cut: what had been applied stays until the end, what is cut off never is. */
    @Test
    void batch_cutShortAnywhere_isNotApplied() throws Exception {
        FromManager batch = FromManager.newBuilder()
                .setRequest(BridgeRequest.newBuilder().setId(1).setApplyTables(SessionRequests.message(mapAndBind())))
                .build();
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES + batch.getSerializedSize())
                .putInt(batch.getSerializedSize())
                .put(batch.toByteArray())
                .array();
        for (int sent = 1; sent < bytes.length; sent++) {
            Socket socket = new Socket(
                    listener.localAddress().getAddress(),
                    listener.localAddress().getPort());
            BridgeStream stream = new BridgeStream(socket);
            stream.send(proof(sign(receive(stream).getChallenge())));
            assertThat(receive(stream).hasWelcome()).isTrue();
            socket.getOutputStream().write(bytes, 0, sent);
            socket.shutdownOutput();
            assertThat(receive(stream))
                    .as("after %d of %d bytes", sent, bytes.length)
                    .isNull();
            stream.close();
        }
        // Nothing is mapped, or this would be refused.
        assertThat(manager().apply(mapAndBind())).hasSize(1);
    }

    @Test
    void manager_diesWithoutAWord_leavesNoKey() throws Exception {
        BridgeStream stream = prove();
        stream.send(FromManager.newBuilder()
                .setRequest(BridgeRequest.newBuilder().setId(1).setApplyTables(SessionRequests.message(mapAndBind())))
                .build());
        BridgeReply reply = receive(stream).getReply();
        assertThat(reply.getStatus()).isZero();
        int key = reply.getKeys(0);
        bridge.place(7, key, BASE, ByteBuffer.allocate(8));
        stream.close();
        await(() -> !listener.hasManager());
        assertThatThrownBy(() -> bridge.place(7, key, BASE, ByteBuffer.allocate(8)))
                .isInstanceOf(ProtectionFaultException.class);
    }

    @Test
    void manager_silentForTooLong_isGivenUp() throws Exception {
        listener = listen(new BridgeOptions(5_000, 4, 200, 10_000));
        BridgeStream stream = prove();
        assertThat(receive(stream)).isNull();
        await(() -> !listener.hasManager());
    }

    @Test
    void request_outOfRange_isRefusedAndTheSessionGoesOn() throws Exception {
        RemoteSession session = manager();
        assertRefused(ErrorCode.INTERNAL, () -> session.readCatalogEntries(-1, 1), "no slot");
        assertRefused(ErrorCode.INTERNAL, () -> session.readCatalogEntries(0, 257), "at once");
        assertRefused(ErrorCode.INTERNAL, () -> session.writeCatalogEntry(99, new byte[1]), "no slot 99");
        assertRefused(ErrorCode.INTERNAL, () -> session.writeCatalogEntry(0, new byte[5000]), "5000 bytes");
        assertThat(session.apply(mapAndBind())).hasSize(1);
    }
}
