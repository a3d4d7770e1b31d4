package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.log.SimulatedLog.branch;
import static org.pmuconnector.log.SimulatedLog.texts;
import static org.pmuconnector.log.SimulatedLog.update;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Damage to what was acknowledged is an error; what was never acknowledged is only the log's end. */
class LogDamageTest {

    private static final LogGeometry GEOMETRY = new LogGeometry(64 << 10, 2 << 10);

    private static void assertDataLoss(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_LOSS))
                .hasMessageContaining("check");
    }

    private static void commitAlone(SimulatedLog log, LogWriter writer, int lengthBytes) throws PmuException {
        writer.addSets(List.of(update(lengthBytes)));
        log.commit(writer);
    }

    /** A log of every kind of group, each written in a batch of its own. */
    private static SimulatedLog logOfAllKinds() throws PmuException {
        SimulatedLog log = new SimulatedLog(GEOMETRY, 1 << 10);
        LogWriter writer = log.takeOver();
        commitAlone(log, writer, 100);
        writer.addPrepared(branch(1), List.of(update("p"), update("q")));
        log.commit(writer);
        writer.addPrepared(branch(2), List.of(update("r")));
        log.commit(writer);
        writer.addSets(List.of(update("void")));
        assertThatThrownBy(() -> writer.write(log.region.connect().cutAfterBytes(5)))
                .isInstanceOf(PmuException.class);
        writer.resolve(log.region.connect());
        writer.addOutcome(branch(1), true);
        log.commit(writer);
        writer.addSets(List.of(PendingSet.baseOfAll(new byte[700], 1, 3)));
        log.commit(writer);
        // A filler before this one.
        commitAlone(log, writer, 1500);
        writer.addOutcome(branch(2), false);
        log.commit(writer);
        LogWriter next = log.takeOver();
        commitAlone(log, next, 10);
        commitAlone(log, next, 1000);
        commitAlone(log, next, 10);
        return log;
    }

    private static List<LogGroup> groups(SimulatedLog log) throws PmuException {
        LogReader reader = new LogReader(
                log.region.connect(),
                log.geometry,
                log.bounds().epochStarts(),
                log.bounds().trimPosition());
        List<LogGroup> groups = new ArrayList<>();
        for (LogGroup group = reader.next(); group != null; group = reader.next()) {
            groups.add(group);
        }
        return groups;
    }

    @Test
    void recover_anyAcknowledgedGroupDamagedAnywhere_isDataLossButForTheLast() throws PmuException {
        SimulatedLog log = logOfAllKinds();
        List<LogGroup> groups = groups(log);
        assertThat(groups.stream().map(group -> group.first().kind()).distinct())
                .containsExactlyInAnyOrder(
                        RecordKind.SEAL,
                        RecordKind.SET,
                        RecordKind.BASE,
                        RecordKind.PREPARED,
                        RecordKind.OUTCOME,
                        RecordKind.VOID,
                        RecordKind.FILLER);
        List<String> whole = texts(log.follower().recover());
        LogGroup last = groups.get(groups.size() - 1);
        for (LogGroup group : groups) {
            for (LogRecord record : group.records()) {
                int bytes = RecordFormat.HEADER_BYTES + record.payload().length;
                for (int at = 0; at < bytes; at++) {
                    long offset = log.geometry.offset(record.position() + at);
                    log.region.flip(offset, 1 << at % 8);
                    if (group.position() == last.position()) {
                        // Nothing behind it proves that it was acknowledged.
                        assertThat(texts(log.follower().recover())).isEqualTo(whole.subList(0, whole.size() - 1));
                    } else {
                        LogFollower follower = log.follower();
                        assertDataLoss(follower::recover);
                    }
                    log.region.flip(offset, 1 << at % 8);
                }
            }
        }
    }

    @Test
    void poll_groupDamagedBeforeItWasRead_isDataLossAsSoonAsAnotherFollows() throws PmuException {
        SimulatedLog log = SimulatedLog.ofSize(64 << 10);
        LogWriter writer = log.takeOver();
        LogFollower follower = log.follower();
        follower.recover();
        long position = writer.state().endPosition();
        commitAlone(log, writer, 1000);
        log.region.flip(log.geometry.offset(position + 500), 4);

        assertThat(follower.poll(10)).isEmpty();
        commitAlone(log, writer, 10);
        assertDataLoss(() -> follower.poll(10));
        assertDataLoss(() -> follower.poll(10));
        assertDataLoss(follower::finish);
        log.region.flip(log.geometry.offset(position + 500), 4);
        assertThat(follower.poll(10)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {5000, 100_000, 900_000})
    void poll_longGroupDamaged_isDataLossInTime(int lengthBytes) throws PmuException {
        for (int damagedAt : new int[] {RecordFormat.MAGIC_AT, lengthBytes / 2}) {
            SimulatedLog log = SimulatedLog.ofSize(8 << 20);
            LogWriter writer = log.takeOver();
            LogFollower follower = log.follower();
            follower.recover();
            long position = writer.state().endPosition();
            commitAlone(log, writer, lengthBytes);
            commitAlone(log, writer, lengthBytes);
            log.region.flip(log.geometry.offset(position + damagedAt), 4);

            assertDataLoss(log.follower()::recover);
            assertDataLoss(follower::finish);
            LogFollower polling = log.follower(log.region.connect());
            log.region.flip(log.geometry.offset(position + damagedAt), 4);
            SimulatedLog other = SimulatedLog.ofSize(8 << 20);
            assertThat(other.follower().recover()).isEmpty();
            assertThat(polling.recover()).hasSize(2);
            commitAlone(log, writer, lengthBytes);
            commitAlone(log, writer, lengthBytes);
            long later = position + 2 * LogGeometry.aligned(64 + lengthBytes);
            log.region.flip(log.geometry.offset(later + damagedAt), 4);
            assertDataLoss(() -> {
                for (int i = 0; i < LogFollower.POLLS_PER_FAR_LOOK; i++) {
                    polling.poll(10);
                }
            });
        }
    }

    @Test
    void recover_bodyOfAnEnormousGroupDamaged_isFoundBehindWhatItsHeaderClaims() throws PmuException {
        SimulatedLog log = SimulatedLog.ofSize(32 << 20);
        LogWriter writer = log.takeOver();
        long position = writer.state().endPosition();
        commitAlone(log, writer, 5 << 20);
        commitAlone(log, writer, 3 << 20);
        log.region.flip(log.geometry.offset(position + (4 << 20)), 4);

        assertDataLoss(log.follower()::recover);
    }

    @Test
    void recover_firstGroupDamagedAndNothingBehind_isDataLoss() throws PmuException {
        SimulatedLog log = SimulatedLog.ofSize(64 << 10);
        LogWriter writer = log.takeOver();
        commitAlone(log, writer, 10);
        writer.addSets(List.of(PendingSet.baseOfAll(new byte[100], 1, 1)));
        log.commit(writer);
        log.trim(writer, true, 0);
        log.region.flip(log.geometry.offset(writer.trimPosition()), 1);

        assertDataLoss(log.follower()::recover);
        assertDataLoss(() -> log.follower().poll(1));
        assertDataLoss(() -> log.follower().startAfter(2));
    }

    @Test
    void recover_lastGroupOfAnEpochDamaged_isDataLossOnceAnotherHasBegun() throws PmuException {
        SimulatedLog log = SimulatedLog.ofSize(64 << 10);
        LogWriter writer = log.takeOver();
        commitAlone(log, writer, 10);
        long last = writer.state().endPosition() - 128;
        // Begun and nothing written.
        log.claimAndRead();
        log.region.flip(log.geometry.offset(last + 70), 1);

        assertDataLoss(log.follower()::recover);
    }

    @Test
    void recover_batchTornAtTheEnd_isTheLogsEnd() throws PmuException {
        for (int torn = 0; torn < 3; torn++) {
            SimulatedLog log = SimulatedLog.ofSize(64 << 10);
            LogWriter writer = log.takeOver();
            commitAlone(log, writer, 10);
            long position = writer.state().endPosition();
            for (int i = 0; i < 3; i++) {
                writer.addSets(List.of(update(10)));
            }
            assertThatThrownBy(() -> writer.write(log.region.connect().failFlush()))
                    .isInstanceOf(PmuException.class);
            // One group of the batch is missing, those around it arrived.
            log.region.flip(log.geometry.offset(position + 128L * torn + 70), 1);

            LogFollower follower = log.follower();
            assertThat(follower.recover()).hasSize(1 + torn);
            for (int i = 0; i < LogFollower.POLLS_PER_FAR_LOOK; i++) {
                assertThat(follower.poll(10)).isEmpty();
            }
            writer.resolve(log.region.connect());
            commitAlone(log, writer, 10);
            assertThat(follower.poll(10)).hasSize(1);
            assertThat(log.follower().recover()).hasSize(2 + torn);
        }
    }

    @Test
    void next_whatAnOldEpochLeftBehindTheSeal_isNeverRead() throws PmuException {
        SimulatedLog log = SimulatedLog.ofSize(64 << 10);
        LogWriter writer = log.takeOver();
        commitAlone(log, writer, 10);
        long position = writer.state().endPosition();
        for (int i = 0; i < 4; i++) {
            writer.addSets(List.of(update("old" + i)));
        }
        assertThatThrownBy(() -> writer.write(log.region.connect().failFlush())).isInstanceOf(PmuException.class);
        log.region.flip(log.geometry.offset(position + 64), 1);

        // The seal takes exactly the place of the damaged group: the next group of the old epoch stands right behind
        // it.
        LogWriter next = log.takeOver();
        assertThat(next.epoch().startPosition()).isEqualTo(position);
        assertThat(next.state().endPosition()).isEqualTo(position + 128);

        LogFollower follower = log.follower();
        assertThat(follower.recover()).hasSize(1);
        writer.resolveByEpoch(position);
        next.addSets(List.of(update("new")));
        log.commit(next);
        assertThat(texts(follower.poll(10))).containsExactly("new");
        assertThat(texts(log.follower().recover())).hasSize(2).last().isEqualTo("new");
    }

    /** A payload that looks, at each 64 bytes, like a record that will be due there a lap later. */
    private static byte[] forged(SimulatedLog log, long position, int lengthBytes, EpochStart epoch, int claimedBytes) {
        byte[] payload = new byte[lengthBytes];
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        for (int at = 0; at + 128 <= lengthBytes; at += 64) {
            long due = position + RecordFormat.HEADER_BYTES + at + log.geometry.capacityBytes();
            LogRecord record = new LogRecord(RecordKind.SET, epoch.epoch(), due, 5, 1, 1, 0, new byte[0]);
            RecordFormat.putHeader(bytes, at, record, claimedBytes, due);
            new RecordFormat().seal(bytes, at, epoch.salt());
        }
        return payload;
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 4096, 12 << 10, 16 << 10, Integer.MAX_VALUE - 63, -64})
    void recover_payloadsForgedUnderTheWrongSalt_areNeverTakenForRecordsOrProof(int claimedBytes) throws PmuException {
        SimulatedLog log = SimulatedLog.ofSize(64 << 10);
        log.takeOver();
        LogWriter writer = log.takeOver();
        // The right epoch and place, and the salt of the epoch before.
        EpochStart wrong = new EpochStart(writer.epoch().epoch(), 0, SimulatedLog.saltOf(1));
        LogFollower follower = log.follower();
        int sequence = 0;
        for (int i = 0; i < 200; i++) {
            byte[] payload = forged(log, writer.state().endPosition(), 64 * (2 + i % 30), wrong, claimedBytes);
            writer.addSets(List.of(PendingSet.update(payload, 1)));
            log.commit(writer);
            sequence++;
            assertThat(follower.poll(10)).hasSize(1);
            assertThat(follower.poll(10)).isEmpty();
            if (i % 8 == 7) {
                writer.addSets(List.of(PendingSet.baseOfAll(new byte[1], 1, sequence)));
                log.commit(writer);
                sequence++;
                log.trim(writer, true, 0);
                assertThat(follower.poll(10)).hasSize(1);
                LogFollower fresh = log.follower();
                assertThat(fresh.recover()).hasSize(1);
                assertThat(fresh.state().committedSequence()).isEqualTo(sequence);
            }
        }
        assertThat(writer.state().endPosition()).isGreaterThan(3 * log.geometry.capacityBytes());
    }

    @Test
    void isDamagedHere_forgedHeadersWithoutEnd_costsABoundedNumberOfReads() throws PmuException {
        SimulatedLog log = SimulatedLog.ofSize(8 << 20);
        LogWriter writer = log.takeOver();
        long position = writer.state().endPosition();
        byte[] content = log.region.content();
        byte[] payload = forged(
                log,
                position - log.geometry.capacityBytes() - RecordFormat.HEADER_BYTES,
                1 << 20,
                new EpochStart(1, 0, 3),
                1 << 20);
        System.arraycopy(payload, 0, content, (int) log.geometry.offset(position), payload.length);
        log.region.restore(content);
        int[] reads = new int[1];
        log.region.duringReads(null);
        RegionMemory memory = log.region.connect();
        RegionMemory counting = new RegionMemory() {
            @Override
            public void write(long offset, ByteBuffer source) {
                throw new AssertionError("a reader writes");
            }

            @Override
            public void flush(long offset, long lengthBytes) {
                throw new AssertionError("a reader flushes");
            }

            @Override
            public void read(long offset, ByteBuffer sink) throws PmuException {
                reads[0]++;
                memory.read(offset, sink);
            }
        };
        LogReader reader = new LogReader(counting, log.geometry, log.bounds().epochStarts(), position);

        assertThat(reader.next()).isNull();
        assertThat(reader.isDamagedHere()).isFalse();
        assertThat(reads[0]).isLessThan(60);
    }

    @Test
    void apply_intactGroupsThatContradictEachOther_areLogDamage() throws PmuException {
        GroupBuilder groups = new GroupBuilder(1, SimulatedLog.TIME);
        LogGroup first = groups.committed(0, 1, List.of(update("a")));
        List<LogGroup> contradictions = List.of(
                groups.committed(128, 3, List.of(update("b"))),
                groups.committed(192, 2, List.of(update("b"))),
                groups.seal(128, 0, new byte[0]),
                groups.skip(RecordKind.VOID, 128, 2, 64),
                groups.prepared(128, 0, branch(1), List.of(update("b"))),
                groups.outcome(RecordKind.OUTCOME, 128, 1, 1, 0, branch(1)),
                groups.outcome(RecordKind.OUTCOME, 128, 2, -1, 0, branch(1)),
                groups.outcome(RecordKind.OUTCOME, 128, 2, 0, 0, branch(1)),
                groups.committed(128, 2, List.of(PendingSet.base(new byte[0], 1, 2))));
        for (LogGroup second : contradictions) {
            LogState state = new LogState(0);
            state.apply(first, set -> {});
            assertThatThrownBy(() -> state.apply(second, set -> {}))
                    .as(second.toString())
                    .isInstanceOfSatisfying(
                            PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_DAMAGED));
        }
        LogState state = new LogState(0);
        state.apply(first, set -> {});
        state.apply(groups.prepared(128, 1, branch(1), List.of(update("b"))), set -> {});
        assertThatThrownBy(() -> state.apply(groups.outcome(RecordKind.OUTCOME, 384, 2, 2, 128, branch(1)), set -> {}))
                .hasMessageContaining("commits 2 sets of 1 prepared");
    }
}
