package org.pmuconnector.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.ClaimPrimaryReply;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.HelloReply;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.Unit;

/**
 * What every transport keeps, run once for each of them. A subclass says how a unit is made reachable; the tests use
 * nothing but {@link Fabric} and {@link FabricConnection}.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
public abstract class FabricContractTest {

    private static final int REGION_BYTES = 1 << 20;
    private static final int PRIMARY = 1;
    private static final int STANDBY = 2;

    @TempDir
    Path folder;

    private Path file;
    private Fabric fabric;

    /**
     * Starts the unit that is formatted in the file, with the default options, and returns a way to it. Called again
     * after {@link #stopUnit}.
     */
    protected abstract Fabric startUnit(Path unit) throws Exception;

    /** Stops the unit; the fabric that {@link #startUnit} returned has been closed. */
    protected abstract void stopUnit() throws Exception;

    /** What an access that the unit refuses ends with. */
    protected Set<ErrorCode> refusals() {
        return Set.of(ErrorCode.ACCESS_REFUSED);
    }

    /** What an access ends with whose key has been revoked. */
    protected Set<ErrorCode> revocations() {
        return refusals();
    }

    @BeforeEach
    void start() throws Exception {
        file = folder.resolve("unit");
        Unit.format(file, 16 << 20);
        fabric = startUnit(file);
    }

    @AfterEach
    void stop() throws Exception {
        fabric.close();
        stopUnit();
    }

    /** A primary: a session that has claimed the region, and a data connection that may write to it. */
    private final class Primary implements AutoCloseable {

        final UnitClient session;
        final UnitClient data;
        final long dataId;
        final OpenRegionReply opened;

        Primary(String region) throws PmuException {
            session = UnitClient.session(fabric, "primary", PRIMARY);
            session.create(region, REGION_BYTES);
            ClaimPrimaryReply claimed =
                    session.takeOver(region, session.region(region).getEpoch());
            session.begin(region, claimed.getEpoch(), 0);
            data = new UnitClient(fabric);
            HelloReply hello = data.hello(Hello.Purpose.DATA, "primary", UnitClient.token(PRIMARY));
            dataId = hello.getConnectionId();
            opened = data.openToWrite(region, claimed.getEpoch());
        }

        int key() {
            return opened.getKey();
        }

        long base() {
            return opened.getBaseAddress();
        }

        @Override
        public void close() {
            data.close();
            session.close();
        }
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private byte[] contents(String region) throws PmuException {
        try (UnitClient tool = UnitClient.tool(fabric)) {
            OpenRegionReply opened = tool.openToRead(region);
            return tool.read(opened.getKey(), opened.getBaseAddress(), (int) opened.getSizeBytes());
        }
    }

    /** The access is refused, the connection over, the region as it was, and another connection as well as ever. */
    private void assertRefused(Primary primary, UnitClient culprit, ThrowingCallable access) throws PmuException {
        byte[] before = contents("orders");
        assertThatThrownBy(access)
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(refusals()).contains(e.code()));
        assertThat(culprit.connection().isOpen()).isFalse();
        assertThatThrownBy(culprit::unit)
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST));
        assertThat(contents("orders")).isEqualTo(before);
        assertThat(primary.session.unit().getRegions()).isEqualTo(1);
        if (culprit != primary.data) {
            byte[] more = bytes(99, 64);
            primary.data.write(primary.key(), primary.base() + 65536, more);
            assertThat(primary.data.read(primary.key(), primary.base() + 65536, 64))
                    .isEqualTo(more);
        }
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertCode(Set.of(code), call);
    }

    private static void assertCode(Set<ErrorCode> codes, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PmuException.class, e -> {
            assertThat(codes).contains(e.code());
            assertThat(e).hasMessageMatching("(?s).{10,}");
        });
    }

    private static Deadline past() {
        return Deadline.after(MonotonicClock.system(), Duration.ofMillis(-1));
    }

    @Test
    void write_visible_isReadByOthers() throws PmuException {
        try (Primary primary = new Primary("orders");
                UnitClient reader = UnitClient.tool(fabric)) {
            byte[] written = bytes(1, 4096);
            primary.data.write(primary.key(), primary.base() + 128, written);

            OpenRegionReply opened = reader.openToRead("orders");
            assertThat(reader.read(opened.getKey(), opened.getBaseAddress() + 128, 4096))
                    .isEqualTo(written);
        }
    }

    @Test
    void write_persistent_survivesRestart() throws Exception {
        byte[] written = bytes(2, 100_000);
        try (Primary primary = new Primary("orders")) {
            primary.data.write(primary.key(), primary.base() + 64, written, PersistenceLevel.PERSISTENT);
        }
        restart();
        assertThat(contents("orders")).containsSubsequence(written);
        assertThat(ByteBuffer.wrap(contents("orders"), 64, written.length)).isEqualTo(ByteBuffer.wrap(written));
    }

    private void restart() throws Exception {
        fabric.close();
        stopUnit();
        fabric = startUnit(file);
    }

    @Test
    void write_severalThenOneFlush_allAreThere() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            byte[] written = bytes(3, 3 * 1000);
            for (int i = 0; i < 3; i++) {
                primary.data
                        .connection()
                        .write(
                                primary.key(),
                                primary.base() + i * 1000L,
                                ByteBuffer.wrap(written, i * 1000, 1000),
                                UnitClient.soon());
            }
            primary.data
                    .connection()
                    .flush(primary.key(), primary.base(), 3000, PersistenceLevel.VISIBLE, UnitClient.soon());
            assertThat(primary.data.read(primary.key(), primary.base(), 3000)).isEqualTo(written);
        }
    }

    @Test
    void write_sourceChangedAfterwards_doesNotMatter() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            byte[] written = bytes(4, 512);
            byte[] source = written.clone();
            primary.data.connection().write(primary.key(), primary.base(), ByteBuffer.wrap(source), UnitClient.soon());
            java.util.Arrays.fill(source, (byte) 0);
            primary.data
                    .connection()
                    .flush(primary.key(), primary.base(), 512, PersistenceLevel.VISIBLE, UnitClient.soon());
            assertThat(primary.data.read(primary.key(), primary.base(), 512)).isEqualTo(written);
        }
    }

    @Test
    void write_wholeRegion_isReadBack() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            byte[] written = bytes(5, REGION_BYTES);
            primary.data.write(primary.key(), primary.base(), written);
            assertThat(primary.data.read(primary.key(), primary.base(), REGION_BYTES))
                    .isEqualTo(written);
        }
    }

    @Test
    void write_directBufferInTheMiddle_movesItsPosition() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            ByteBuffer source = ByteBuffer.allocateDirect(100);
            source.put(bytes(6, 100)).position(10).limit(74);
            primary.data.connection().write(primary.key(), primary.base(), source, UnitClient.soon());
            assertThat(source.remaining()).isZero();
            primary.data
                    .connection()
                    .flush(primary.key(), primary.base(), 64, PersistenceLevel.VISIBLE, UnitClient.soon());
            assertThat(ByteBuffer.wrap(primary.data.read(primary.key(), primary.base(), 64)))
                    .isEqualTo(ByteBuffer.wrap(bytes(6, 100), 10, 64));
        }
    }

    @Test
    void write_unknownKey_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders");
                UnitClient other = UnitClient.data(fabric, "primary", PRIMARY)) {
            int guessed = primary.key() ^ 0x1;
            assertRefused(primary, other, () -> other.write(guessed, primary.base(), bytes(7, 64)));
        }
    }

    @Test
    void write_keyOfOtherConnection_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders");
                UnitClient other = UnitClient.data(fabric, "primary", PRIMARY)) {
            assertRefused(primary, other, () -> other.write(primary.key(), primary.base(), bytes(8, 64)));
        }
    }

    @Test
    void read_keyOfOtherConnection_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders");
                UnitClient other = UnitClient.data(fabric, "primary", PRIMARY)) {
            assertRefused(primary, other, () -> other.read(primary.key(), primary.base(), 64));
        }
    }

    @Test
    void write_oneByteBeyondTheEnd_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            long address = primary.base() + REGION_BYTES - 63;
            assertRefused(primary, primary.data, () -> primary.data.write(primary.key(), address, bytes(9, 64)));
        }
    }

    @Test
    void write_oneByteBeforeTheStart_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            assertRefused(
                    primary, primary.data, () -> primary.data.write(primary.key(), primary.base() - 1, bytes(10, 64)));
        }
    }

    @Test
    void read_oneByteBeyondTheEnd_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            long address = primary.base() + REGION_BYTES - 63;
            assertRefused(primary, primary.data, () -> primary.data.read(primary.key(), address, 64));
        }
    }

    @Test
    void write_addressWraps_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            assertRefused(primary, primary.data, () -> primary.data.write(primary.key(), -8, bytes(11, 64)));
        }
    }

    @Test
    void write_underReadKey_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders");
                UnitClient reader = UnitClient.tool(fabric)) {
            OpenRegionReply opened = reader.openToRead("orders");
            assertRefused(primary, reader, () -> reader.write(opened.getKey(), opened.getBaseAddress(), bytes(12, 64)));
        }
    }

    @Test
    void flush_wrongKey_isRefusedAtEitherLevel() throws PmuException {
        for (PersistenceLevel level : PersistenceLevel.values()) {
            try (Primary primary = new Primary("orders");
                    UnitClient other = UnitClient.data(fabric, "primary", PRIMARY)) {
                assertRefused(
                        primary,
                        other,
                        () -> other.connection().flush(primary.key(), primary.base(), 64, level, UnitClient.soon()));
            }
        }
    }

    @Test
    void takeover_oldKey_isRevoked() throws PmuException {
        try (Primary primary = new Primary("orders");
                UnitClient standby = UnitClient.session(fabric, "standby", STANDBY)) {
            primary.data.write(primary.key(), primary.base(), bytes(13, 64));
            ClaimPrimaryReply claimed =
                    standby.takeOver("orders", standby.region("orders").getEpoch());

            byte[] before = contents("orders");
            assertCode(revocations(), () -> primary.data.write(primary.key(), primary.base(), bytes(14, 64)));
            assertThat(contents("orders")).isEqualTo(before);
            assertCode(
                    ErrorCode.FENCED_OFF,
                    () -> UnitClient.data(fabric, "primary", PRIMARY).openToWrite("orders", claimed.getEpoch() - 1));
            assertCode(
                    ErrorCode.NOT_PRIMARY,
                    () -> UnitClient.data(fabric, "primary", PRIMARY).openToWrite("orders", claimed.getEpoch()));

            try (UnitClient data = UnitClient.data(fabric, "standby", STANDBY)) {
                OpenRegionReply opened = data.openToWrite("orders", claimed.getEpoch());
                data.write(opened.getKey(), opened.getBaseAddress(), bytes(15, 64));
            }
        }
    }

    @Test
    void endConnection_ofSameInstance_endsItAndItsKeys() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            primary.session.endConnection(primary.dataId);
            assertThatThrownBy(() -> primary.data.write(primary.key(), primary.base(), bytes(16, 64)))
                    .isInstanceOfSatisfying(
                            PmuException.class,
                            e -> assertThat(e.code()).isIn(ErrorCode.CONNECTION_LOST, ErrorCode.ACCESS_REFUSED));
            assertThat(primary.data.connection().isOpen()).isFalse();
            // Gone already is as good.
            primary.session.endConnection(primary.dataId);
        }
    }

    @Test
    void endConnection_ofOtherInstance_isRefused() throws PmuException {
        try (Primary primary = new Primary("orders");
                UnitClient standby = UnitClient.session(fabric, "standby", STANDBY)) {
            assertCode(ErrorCode.NOT_AUTHORIZED, () -> standby.endConnection(primary.dataId));
            primary.data.write(primary.key(), primary.base(), bytes(17, 64));
        }
    }

    @Test
    void call_beforeHello_isRefused() throws PmuException {
        try (UnitClient client = new UnitClient(fabric)) {
            assertCode(ErrorCode.PROTOCOL_VIOLATION, client::unit);
            assertThat(client.connection().isOpen()).isTrue();
            client.hello(Hello.Purpose.TOOL, "", ByteString.EMPTY);
            assertThat(client.unit().getRegions()).isZero();
        }
    }

    @Test
    void hello_unknownVersion_isRefused() throws PmuException {
        try (UnitClient client = new UnitClient(fabric)) {
            assertCode(
                    ErrorCode.VERSION_UNSUPPORTED,
                    () -> client.call(Request.newBuilder()
                            .setHello(Hello.newBuilder().setProtocolVersion(2).setPurpose(Hello.Purpose.TOOL))));
        }
    }

    @Test
    void call_unknownRequest_isRefusedAndConnectionStaysOpen() throws PmuException {
        try (UnitClient client = UnitClient.tool(fabric)) {
            UnknownFieldSet later = UnknownFieldSet.newBuilder()
                    .addField(
                            900,
                            UnknownFieldSet.Field.newBuilder()
                                    .addLengthDelimited(ByteString.copyFromUtf8("?"))
                                    .build())
                    .build();
            assertCode(
                    ErrorCode.PROTOCOL_VIOLATION,
                    () -> client.call(Request.newBuilder().setUnknownFields(later)));
            assertThat(client.unit().getRegions()).isZero();
        }
    }

    @Test
    void call_refused_connectionStaysOpen() throws PmuException {
        try (UnitClient client = UnitClient.tool(fabric)) {
            assertCode(ErrorCode.REGION_UNKNOWN, () -> client.region("nowhere"));
            assertThat(client.connection().isOpen()).isTrue();
            assertThat(client.create("somewhere", REGION_BYTES).getSizeBytes()).isEqualTo(REGION_BYTES);
        }
    }

    @Test
    void deadline_passed_endsTheConnection() throws PmuException {
        assertCode(ErrorCode.DEADLINE_EXCEEDED, () -> fabric.connect(past()));
        try (Primary primary = new Primary("orders")) {
            assertCode(
                    ErrorCode.DEADLINE_EXCEEDED,
                    () -> primary.data
                            .connection()
                            .read(primary.key(), primary.base(), ByteBuffer.allocate(64), past()));
            assertThat(primary.data.connection().isOpen()).isFalse();
            assertThat(primary.session.unit().getRegions()).isEqualTo(1);
        }
    }

    @Test
    void awaitEvent_noneInTime_isNullAndConnectionStaysOpen() throws PmuException {
        try (UnitClient session = UnitClient.session(fabric, "standby", STANDBY)) {
            assertThat(session.connection().awaitEvent(past())).isNull();
            assertThat(session.connection().awaitEvent(Deadline.after(MonotonicClock.system(), Duration.ofMillis(20))))
                    .isNull();
            assertThat(session.unit().getRegions()).isZero();
        }
    }

    @Test
    void awaitEvent_watchedRegionChanges_tellsEveryChangeInOrder() throws PmuException {
        try (UnitClient watcher = UnitClient.session(fabric, "standby", STANDBY);
                UnitClient creator = UnitClient.tool(fabric)) {
            creator.create("orders", REGION_BYTES);
            RegionState now = watcher.watch("orders");
            assertThat(now.getRole()).isEqualTo(RegionState.Role.VACANT);
            Primary primary = new Primary("orders");
            // An event that waits is not lost while requests are answered.
            assertThat(watcher.unit().getRegions()).isEqualTo(1);
            primary.close();

            Event claimed = watcher.connection().awaitEvent(UnitClient.soon());
            assertThat(claimed.getRegion().getRole()).isEqualTo(RegionState.Role.HELD);
            assertThat(claimed.getRegion().getPrimaryInstance()).isEqualTo("primary");
            Event begun = watcher.connection().awaitEvent(UnitClient.soon());
            assertThat(begun.getRegion().getEpochStartsCount()).isEqualTo(1);
            Event vacant = watcher.connection().awaitEvent(UnitClient.soon());
            assertThat(vacant.getRegion().getRole()).isEqualTo(RegionState.Role.VACANT);
            assertThat(vacant.getRegion().getEvidence()).startsWith("connection ended");
        }
    }

    @Test
    void wakeup_whileWaiting_returnsNull() throws Exception {
        try (UnitClient session = UnitClient.session(fabric, "standby", STANDBY)) {
            CompletableFuture<Event> waiting = CompletableFuture.supplyAsync(() -> await(session));
            session.connection().wakeup();
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isNull();
            assertThat(session.unit().getRegions()).isZero();
        }
    }

    private static Event await(UnitClient session) {
        try {
            return session.connection().awaitEvent(UnitClient.soon());
        } catch (PmuException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void close_whileAnotherThreadWaits_endsTheWait() throws Exception {
        UnitClient session = UnitClient.session(fabric, "standby", STANDBY);
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Event> waiting = CompletableFuture.supplyAsync(() -> {
            started.countDown();
            return await(session);
        });
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
        session.close();
        session.close();
        assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                .rootCause()
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST));
        assertThat(session.connection().isOpen()).isFalse();
    }

    @Test
    void interrupt_duringAnOperation_endsTheConnectionAndIsKept() throws PmuException {
        try (Primary primary = new Primary("orders")) {
            Thread.currentThread().interrupt();
            try {
                assertCode(ErrorCode.CONNECTION_LOST, () -> primary.data.read(primary.key(), primary.base(), 64));
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(primary.data.connection().isOpen()).isFalse();
        }
    }

    @Test
    void close_ofFabric_endsItsConnections() throws PmuException {
        UnitClient session = UnitClient.session(fabric, "standby", STANDBY);
        fabric.close();
        assertCode(ErrorCode.CONNECTION_LOST, session::unit);
        assertThat(session.connection().isOpen()).isFalse();
    }

    @Test
    void restart_ofUnit_raisesBootNumberAndEndsKeys() throws Exception {
        HelloReply before;
        try (UnitClient client = new UnitClient(fabric)) {
            before = client.hello(Hello.Purpose.TOOL, "", ByteString.EMPTY);
        }
        int oldKey;
        long base;
        try (Primary primary = new Primary("orders")) {
            oldKey = primary.key();
            base = primary.base();
        }
        restart();
        try (UnitClient client = new UnitClient(fabric)) {
            HelloReply after = client.hello(Hello.Purpose.TOOL, "", ByteString.EMPTY);
            assertThat(after.getUnitId()).isEqualTo(before.getUnitId());
            assertThat(after.getBootNumber()).isEqualTo(before.getBootNumber() + 1);
            assertThat(after.getConnectionId()).isNotEqualTo(before.getConnectionId());
            assertCode(refusals(), () -> client.write(oldKey, base, bytes(18, 64)));
        }
    }
}
