package org.pmuconnector.fabric.iwarp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.GetRegion;
import org.pmuconnector.control.wire.GetUnit;
import org.pmuconnector.control.wire.Heartbeat;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.ListRegions;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Watch;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;
import org.pmuconnector.pmu.nic.iwarp.LoopbackUnit;

/** Both ends of iWARP together, over sockets of the loopback interface. */
@Timeout(60)
class IwarpFabricTest {

    private static final long BASE = LoopbackUnit.BASE;
    private static final int SIZE = 4 * 1024 * 1024;

    private static final UnitLimits EIGHT_CONNECTIONS = new UnitLimits(8, 16, 8, 8, 8, 8, 64 * 1024, 1024);

    private LoopbackUnit unit;
    private IwarpFabric fabric;
    private FabricConnection connection;
    private int key;

    @BeforeEach
    void connect() throws PmuException {
        unit = new LoopbackUnit(SIZE, IwarpNicOptions.defaults().withLimits(EIGHT_CONNECTIONS));
        fabric = new IwarpFabric(unit.address(), FabricOptions.defaults());
        connection = open();
        key = bind(connection, true);
    }

    @AfterEach
    void close() {
        fabric.close();
        unit.close();
    }

    private FabricConnection open() throws PmuException {
        FabricConnection opened = fabric.connect(soon());
        opened.call(
                Request.newBuilder()
                        .setHello(Hello.newBuilder().setProtocolVersion(1))
                        .build(),
                soon());
        return opened;
    }

    private static int bind(FabricConnection on, boolean write) throws PmuException {
        OpenRegion request = OpenRegion.newBuilder().setWrite(write).build();
        return on.call(Request.newBuilder().setOpenRegion(request).build(), soon())
                .getOpenRegion()
                .getKey();
    }

    private static Deadline soon() {
        return in(Duration.ofSeconds(20));
    }

    private static Deadline in(Duration duration) {
        return Deadline.after(MonotonicClock.system(), duration);
    }

    private static byte[] random(int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        new Random(lengthBytes).nextBytes(bytes);
        return bytes;
    }

    private void write(long address, byte[] bytes) throws PmuException {
        connection.write(key, address, ByteBuffer.wrap(bytes), soon());
        connection.flush(key, address, bytes.length, PersistenceLevel.VISIBLE, soon());
    }

    @Test
    void flush_afterWriteOfAnySize_memoryHasIt() throws PmuException {
        for (int length : new int[] {8, 9, 4096, 16384, 16385, 65536, 1_000_003, SIZE}) {
            byte[] bytes = random(length);

            write(BASE + SIZE - length, bytes);

            assertThat(Arrays.copyOfRange(unit.memory(), SIZE - length, SIZE)).isEqualTo(bytes);
        }
    }

    @Test
    void flush_severalWrites_memoryHasAll() throws PmuException {
        for (int i = 0; i < 100; i++) {
            connection.write(key, BASE + i * 64L, ByteBuffer.wrap(new byte[] {(byte) i}), soon());
        }
        connection.flush(key, BASE, 8, PersistenceLevel.VISIBLE, soon());

        byte[] memory = unit.memory();
        for (int i = 0; i < 100; i++) {
            assertThat(memory[i * 64]).isEqualTo((byte) i);
        }
    }

    @Test
    void write_sourceReusedBeforeFlush_sendsWhatItWas() throws PmuException {
        byte[] bytes = random(100);
        byte[] reused = bytes.clone();
        connection.write(key, BASE, ByteBuffer.wrap(reused), soon());
        Arrays.fill(reused, (byte) 0);
        connection.flush(key, BASE, 100, PersistenceLevel.VISIBLE, soon());

        assertThat(Arrays.copyOf(unit.memory(), 100)).isEqualTo(bytes);
    }

    @Test
    void write_directReadOnlyAndSlicedSources_areSent() throws PmuException {
        byte[] bytes = random(5000);
        ByteBuffer direct = ByteBuffer.allocateDirect(6000).position(500);
        direct.put(bytes).flip().position(500);
        connection.write(key, BASE, direct.slice().asReadOnlyBuffer(), soon());
        connection.flush(key, BASE, 5000, PersistenceLevel.VISIBLE, soon());

        assertThat(Arrays.copyOf(unit.memory(), 5000)).isEqualTo(bytes);
    }

    @Test
    void read_anySize_fillsTheSink() throws PmuException {
        byte[] bytes = random(SIZE);
        write(BASE, bytes);
        for (int length : new int[] {1, 8, 16384, 16385, 100_000, 1024 * 1024, 1024 * 1024 + 1, SIZE}) {
            ByteBuffer sink = ByteBuffer.allocate(length + 6).position(3).limit(length + 3);

            connection.read(key, BASE + SIZE - length, sink, soon());

            assertThat(sink.hasRemaining()).isFalse();
            assertThat(Arrays.copyOfRange(sink.array(), 3, length + 3))
                    .isEqualTo(Arrays.copyOfRange(bytes, SIZE - length, SIZE));
        }
    }

    @Test
    void read_emptySink_readsNothing() throws PmuException {
        connection.read(key, BASE, ByteBuffer.allocate(0), soon());

        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void flush_persistent_isAControlRequestAfterTheWrites() throws PmuException {
        byte[] bytes = random(4096);
        connection.write(key, BASE, ByteBuffer.wrap(bytes), soon());
        connection.flush(key, BASE, 4096, PersistenceLevel.PERSISTENT, soon());

        assertThat(unit.flushes()).isEqualTo(1);
        assertThat(Arrays.copyOf(unit.memory(), 4096)).isEqualTo(bytes);
    }

    @Test
    void flush_persistentRefused_endsTheConnectionWithUnknownOutcome() throws PmuException {
        connection.write(key, BASE, ByteBuffer.wrap(random(8)), soon());
        connection.call(
                Request.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build(),
                soon());
        unit.revoke(key);

        PmuException refused = catchThrowableOfType(
                PmuException.class, () -> connection.flush(key, BASE, 8, PersistenceLevel.PERSISTENT, soon()));

        assertThat(refused.code()).isEqualTo(ErrorCode.FENCED_OFF);
        assertThat(refused.durability()).isEqualTo(Durability.UNKNOWN);
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void flush_shorterThanTheReadBack_isRefusedBeforeAnythingIsSent() {
        assertThatThrownBy(() -> connection.flush(key, BASE, 7, PersistenceLevel.VISIBLE, soon()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void call_refusedRequest_throwsTheStatusAndStaysOpen() throws PmuException {
        Request unknown =
                Request.newBuilder().setGetUnit(GetUnit.getDefaultInstance()).build();

        PmuException refused = catchThrowableOfType(PmuException.class, () -> connection.call(unknown, soon()));

        assertThat(refused.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(refused.getMessage()).contains("no such request");
        heartbeat(connection);
    }

    private static void heartbeat(FabricConnection on) throws PmuException {
        Request request = Request.newBuilder()
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build();
        assertThat(on.call(request, soon()).hasHeartbeat()).isTrue();
    }

    @Test
    void call_replyOfManySegments_isPutTogether() throws PmuException {
        Request request = Request.newBuilder()
                .setListRegions(ListRegions.getDefaultInstance())
                .build();

        assertThat(connection.call(request, soon()).getListRegions().getRegionsList())
                .hasSize(10_000)
                .last()
                .satisfies(region -> assertThat(region.getRegion()).endsWith("r9999"));
    }

    @Test
    void call_defectInTheUnit_terminatesThisStreamOnly() throws PmuException {
        Request defective = Request.newBuilder()
                .setGetRegion(GetRegion.getDefaultInstance())
                .build();
        FabricConnection other = open();

        PmuException failure = catchThrowableOfType(PmuException.class, () -> connection.call(defective, soon()));

        assertThat(failure.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(failure.getMessage()).contains("catastrophic");
        heartbeat(other);
    }

    @Test
    void write_revokedKey_isRefusedWithNothingPlaced() throws PmuException {
        unit.revoke(key);
        byte[] before = unit.memory();

        PmuException refused = catchThrowableOfType(PmuException.class, () -> write(BASE, random(100_000)));

        assertThat(refused.code()).isEqualTo(ErrorCode.ACCESS_REFUSED);
        assertThat(refused.durability()).isEqualTo(Durability.UNKNOWN);
        assertThat(refused.getMessage())
                .contains(unit.address().toString(), "DDP invalid steering tag", "0x" + Integer.toHexString(key));
        assertThat(unit.memory()).isEqualTo(before);
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void write_muchUnderRevokedKey_stillLearnsWhy() {
        unit.revoke(key);

        PmuException refused = catchThrowableOfType(PmuException.class, () -> write(BASE, random(SIZE)));

        assertThat(refused.code()).isEqualTo(ErrorCode.ACCESS_REFUSED);
    }

    @Test
    void access_violations_nameTheCodesOfTheStandards() throws PmuException {
        FabricConnection other = open();
        int foreign = bind(other, true);
        assertRefusedWrite("DDP steering tag not associated with the stream", () -> foreign, BASE);
        assertRefusedWrite("RDMAP access rights violation", () -> bind(connection, false), BASE);
        assertRefusedWrite("DDP base or bounds violation", () -> key, BASE + SIZE - 7);
        assertRefusedWrite("DDP tagged offset wrap", () -> key, -4);
        assertRefusedWrite("RDMAP unspecified protection error", () -> key, LoopbackUnit.UNMAPPED);
        assertRefusedRead("RDMAP steering tag not associated with the stream", () -> foreign, BASE, 8);
        assertRefusedRead("RDMAP base or bounds violation", () -> key, BASE - 1, 8);
        assertRefusedRead("RDMAP base or bounds violation", () -> key, BASE + 1, SIZE);
        assertRefusedRead("RDMAP invalid steering tag", () -> 0x77777777, BASE, 8);
        assertRefusedRead("RDMAP tagged offset wrap", () -> key, -4, 8);
        heartbeat(other);
    }

    private interface KeyChoice {
        int choose() throws PmuException;
    }

    private void assertRefusedWrite(String reason, KeyChoice choice, long address) throws PmuException {
        int wrongKey = choice.choose();
        byte[] before = unit.memory();
        PmuException refused = catchThrowableOfType(PmuException.class, () -> {
            connection.write(wrongKey, address, ByteBuffer.wrap(random(8)), soon());
            connection.flush(key, BASE, 8, PersistenceLevel.VISIBLE, soon());
        });
        assertRefused(reason, refused);
        assertThat(unit.memory()).isEqualTo(before);
    }

    private void assertRefusedRead(String reason, KeyChoice choice, long address, int lengthBytes) throws PmuException {
        int wrongKey = choice.choose();
        PmuException refused = catchThrowableOfType(
                PmuException.class, () -> connection.read(wrongKey, address, ByteBuffer.allocate(lengthBytes), soon()));
        assertRefused(reason, refused);
    }

    private void assertRefused(String reason, PmuException refused) throws PmuException {
        assertThat(refused.code()).isEqualTo(ErrorCode.ACCESS_REFUSED);
        assertThat(refused.getMessage()).contains(reason);
        connection = open();
        key = bind(connection, true);
    }

    @Test
    void awaitEvent_pushed_returnsThemInOrder() throws PmuException {
        watch();
        for (int i = 1; i <= 10; i++) {
            unit.push(event(i));
        }
        heartbeat(connection);
        for (int i = 1; i <= 10; i++) {
            assertThat(connection.awaitEvent(soon()).getRegion().getEpoch()).isEqualTo(i);
        }
    }

    private void watch() throws PmuException {
        connection.call(
                Request.newBuilder().setWatch(Watch.getDefaultInstance()).build(), soon());
    }

    private static Event event(long epoch) {
        return Event.newBuilder()
                .setRegion(RegionState.newBuilder().setEpoch(epoch))
                .build();
    }

    @Test
    void awaitEvent_pushedLater_wakesTheWaitingThread() throws Exception {
        watch();
        CompletableFuture<Event> awaited = inThread(() -> connection.awaitEvent(soon()));
        unit.push(event(7));

        assertThat(awaited.get(20, TimeUnit.SECONDS).getRegion().getEpoch()).isEqualTo(7);
    }

    @Test
    void awaitEvent_deadlinePasses_returnsNullAndStaysOpen() throws PmuException {
        assertThat(connection.awaitEvent(in(Duration.ofMillis(30)))).isNull();
        assertThat(connection.awaitEvent(in(Duration.ZERO))).isNull();
        heartbeat(connection);
    }

    @Test
    void awaitEvent_wakeup_returnsNullAtOnce() throws Exception {
        CompletableFuture<Event> awaited = inThread(() -> connection.awaitEvent(soon()));
        connection.wakeup();
        assertThat(awaited.get(10, TimeUnit.SECONDS)).isNull();

        connection.wakeup();
        heartbeat(connection);
        assertThat(connection.awaitEvent(soon())).isNull();
    }

    @Test
    void close_whileAThreadWaits_givesItConnectionLost() throws Exception {
        CompletableFuture<Event> awaited = inThread(() -> connection.awaitEvent(soon()));
        awaitBlocked(waiting.get());
        connection.close();

        assertThatThrownBy(() -> awaited.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(PmuException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
                    assertThat(e.getMessage()).contains("closed by this side");
                });
        connection.close();
        assertThat(connection.isOpen()).isFalse();
        awaitTrue(() -> unit.connections().isEmpty());
        assertThat(unit.endings()).containsExactly("closed by the peer");
    }

    @Test
    void interrupt_whileAThreadWaits_givesItConnectionLostAndKeepsTheStatus() throws Exception {
        AtomicReference<Boolean> kept = new AtomicReference<>();
        CompletableFuture<Event> awaited = inThread(() -> {
            try {
                return connection.awaitEvent(soon());
            } finally {
                kept.set(Thread.currentThread().isInterrupted());
            }
        });
        awaitBlocked(waiting.get());
        waiting.get().interrupt();

        assertThatThrownBy(() -> awaited.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(PmuException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
                    assertThat(e.getMessage()).contains("interrupted");
                });
        assertThat(kept.get()).isTrue();
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void operation_deadlineHasPassed_neverBegins() throws PmuException {
        byte[] before = unit.memory();
        PmuException late = catchThrowableOfType(PmuException.class, () -> {
            connection.write(key, BASE, ByteBuffer.wrap(random(8)), soon());
            connection.flush(key, BASE, 8, PersistenceLevel.VISIBLE, in(Duration.ofNanos(-1)));
        });

        assertThat(late.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(late.durability()).isEqualTo(Durability.NOT_WRITTEN);
        assertThat(connection.isOpen()).isFalse();
        awaitTrue(() -> unit.connections().isEmpty());
        assertThat(unit.memory()).isEqualTo(before);
    }

    @Test
    void operation_interruptedThread_neverBegins() throws PmuException {
        byte[] before = unit.memory();
        Thread.currentThread().interrupt();
        PmuException lost = catchThrowableOfType(PmuException.class, () -> write(BASE, random(8)));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(lost.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
        assertThat(lost.durability()).isEqualTo(Durability.NOT_WRITTEN);
        assertThat(unit.memory()).isEqualTo(before);
    }

    @Test
    void operation_secondThread_isRefused() throws Exception {
        CompletableFuture<Event> awaited = inThread(() -> connection.awaitEvent(soon()));
        awaitBlocked(waiting.get());

        assertThatThrownBy(() -> heartbeat(connection))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another thread");
        connection.wakeup();
        assertThat(awaited.get(10, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void operation_unitGone_isConnectionLostWithUnknownOutcome() throws PmuException {
        connection.write(key, BASE, ByteBuffer.wrap(random(100)), soon());
        unit.close();

        PmuException lost = catchThrowableOfType(
                PmuException.class, () -> connection.flush(key, BASE, 100, PersistenceLevel.VISIBLE, soon()));

        assertThat(lost.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
        assertThat(lost.durability()).isEqualTo(Durability.UNKNOWN);
        assertThat(unit.endings()).containsExactly("disconnected: the unit is being closed");
        assertThat(catchThrowableOfType(PmuException.class, () -> heartbeat(connection))
                        .code())
                .isEqualTo(ErrorCode.CONNECTION_LOST);
    }

    @Test
    void connect_nothingListens_isUnreachableWithTheWayOut() throws Exception {
        int port = unit.nic().localAddress().getPort();
        unit.close();

        PmuException failure = catchThrowableOfType(PmuException.class, () -> fabric.connect(soon()));

        assertThat(failure.code()).isEqualTo(ErrorCode.UNIT_UNREACHABLE);
        assertThat(failure.getMessage()).contains("iwarp://127.0.0.1:" + port, "pmu serve");
    }

    @Test
    void connect_unknownHost_isUnreachable() throws PmuException {
        UnitAddress nowhere = UnitAddress.parse("iwarp://no-such-host.invalid:4791");
        try (IwarpFabric lost = new IwarpFabric(nowhere, FabricOptions.defaults())) {
            PmuException failure = catchThrowableOfType(PmuException.class, () -> lost.connect(soon()));

            assertThat(failure.code()).isEqualTo(ErrorCode.UNIT_UNREACHABLE);
            assertThat(failure.getMessage()).contains("no-such-host.invalid", "unknown");
        }
    }

    @Test
    void connect_silentListener_exceedsTheDeadline() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                IwarpFabric toSilent = new IwarpFabric(
                        UnitAddress.parse("iwarp://127.0.0.1:" + silent.getLocalPort()), FabricOptions.defaults())) {
            PmuException failure =
                    catchThrowableOfType(PmuException.class, () -> toSilent.connect(in(Duration.ofMillis(200))));

            assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void connect_overTheLimit_isRefusedWithTheLimit() throws Exception {
        for (int i = 1; i < 8; i++) {
            open();
        }
        PmuException refused = catchThrowableOfType(PmuException.class, () -> fabric.connect(soon()));

        assertThat(refused.code()).isEqualTo(ErrorCode.LIMIT_REACHED);
        assertThat(refused.getMessage()).contains("8 connections");
        connection.close();
        awaitTrue(() -> unit.connections().size() == 7);
        awaitTrue(() -> unit.nic().connectionCount() == 7);
        heartbeat(open());
    }

    @Test
    void close_fabric_endsItsConnectionsAndConnectsNoMore() {
        fabric.close();

        assertThat(connection.isOpen()).isFalse();
        assertThat(fabric.connectionCount()).isZero();
        assertThat(catchThrowableOfType(PmuException.class, () -> fabric.connect(soon()))
                        .code())
                .isEqualTo(ErrorCode.CONNECTION_LOST);
    }

    private final AtomicReference<Thread> waiting = new AtomicReference<>();

    private interface Waiting {
        Event run() throws PmuException;
    }

    private CompletableFuture<Event> inThread(Waiting body) {
        CompletableFuture<Event> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(body.run());
                    } catch (PmuException | RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                },
                "waiter");
        waiting.set(thread);
        thread.start();
        return result;
    }

    /** Waits until the thread waits for its socket. */
    private static void awaitBlocked(Thread thread) {
        awaitTrue(() -> Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("select")));
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
