package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.log.SimulatedLog.branch;
import static org.pmuconnector.log.SimulatedLog.texts;
import static org.pmuconnector.log.SimulatedLog.update;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** What a follower returns, and what it says where it cannot. */
class LogFollowerTest {

    private final SimulatedLog log = SimulatedLog.ofSize(64 << 10);
    private int sequence;

    private static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private void append(LogWriter writer, String... texts) throws PmuException {
        for (String text : texts) {
            writer.addSets(List.of(update(text)));
            log.commit(writer);
            sequence++;
        }
    }

    private void overwrite(LogWriter writer, String text) throws PmuException {
        writer.addSets(List.of(PendingSet.baseOfAll(text.getBytes(StandardCharsets.UTF_8), 1, sequence)));
        log.commit(writer);
        sequence++;
    }

    @Test
    void poll_afterRecover_returnsWhatIsAddedOnceAndInOrder() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a", "b");
        LogFollower follower = log.follower();
        assertThat(texts(follower.recover())).containsExactly("a", "b");
        assertThat(follower.poll(10)).isEmpty();

        append(writer, "c", "d", "e");
        assertThat(texts(follower.poll(2))).containsExactly("c", "d");
        overwrite(writer, "base");
        append(writer, "f");
        assertThat(texts(follower.poll(100))).containsExactly("e", "base", "f");
        assertThat(follower.poll(1)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> follower.poll(0));
    }

    @Test
    void poll_first_returnsAllThatTheLogHolds() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a");
        overwrite(writer, "base");
        append(writer, "b");
        log.trim(writer, true, 0);

        assertThat(texts(log.follower().poll(10))).containsExactly("base", "b");
    }

    @Test
    void recover_emptyRegion_isEmptyAndGoesOn() throws PmuException {
        LogFollower follower = log.follower();
        assertThat(follower.recover()).isEmpty();
        assertThat(follower.poll(1)).isEmpty();
        LogWriter writer = log.takeOver();
        append(writer, "a");
        assertThat(texts(follower.poll(1))).containsExactly("a");
    }

    @Test
    void poll_trimmedBeyondIt_saysSoUntilRecovered() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a");
        LogFollower follower = log.follower();
        follower.recover();
        append(writer, "b");
        overwrite(writer, "base");
        append(writer, "c");
        log.trim(writer, true, 0);
        fillAndTrim(writer);

        assertFails(ErrorCode.SETS_TRIMMED, () -> follower.poll(1));
        assertFails(ErrorCode.SETS_TRIMMED, () -> follower.poll(1));
        assertThat(follower.recover()).isNotEmpty();
        append(writer, "d");
        assertThat(texts(follower.poll(5))).containsExactly("d");
    }

    /** Goes round the ring more than once. */
    private void fillAndTrim(LogWriter writer) throws PmuException {
        for (int i = 0; i < 200; i++) {
            append(writer, "x".repeat(500));
            if (i % 20 == 0) {
                overwrite(writer, "base" + i);
                log.trim(writer, true, 0);
            }
        }
    }

    @Test
    void poll_baseThatLeavesOutReturnedSets_asksToRecover() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a", "b");
        LogFollower follower = log.follower();
        follower.recover();
        append(writer, "c");
        writer.addSets(List.of(PendingSet.base("base".getBytes(StandardCharsets.UTF_8), 1, 1)));
        log.commit(writer);

        assertThat(texts(follower.poll(10))).containsExactly("c");
        assertFails(ErrorCode.SETS_TRIMMED, () -> follower.poll(10));
        assertFails(ErrorCode.SETS_TRIMMED, follower::finish);
        assertThat(texts(follower.recover())).containsExactly("base", "b", "c");
    }

    @Test
    void startAfter_cursorInTheLog_goesOnBehindIt() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a", "b", "c");
        for (int cursor = 0; cursor <= 3; cursor++) {
            LogFollower follower = log.follower();
            follower.startAfter(cursor);
            assertThat(texts(follower.poll(10)))
                    .isEqualTo(List.of("a", "b", "c").subList(cursor, 3));
        }
        LogFollower follower = log.follower();
        follower.startAfter(3);
        append(writer, "d");
        assertThat(texts(follower.poll(10))).containsExactly("d");
    }

    @Test
    void startAfter_behindWhatIsFreed_saysSo() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a", "b");
        overwrite(writer, "base");
        log.trim(writer, true, 0);

        assertFails(ErrorCode.SETS_TRIMMED, () -> log.follower().startAfter(1));
        log.follower().startAfter(2);
    }

    @Test
    void startAfter_freedAndNothingSince_saysSo() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a", "b");
        log.trim(writer, false, 2);
        LogWriter next = log.takeOver();
        log.trim(next, false, 2);
        assertThat(next.trimPosition()).isEqualTo(next.epoch().startPosition());

        LogFollower follower = log.follower();
        assertFails(ErrorCode.SETS_TRIMMED, () -> follower.startAfter(1));
        assertThatIllegalStateException().isThrownBy(() -> follower.poll(1));
        follower.startAfter(2);
        assertThat(follower.poll(1)).isEmpty();
    }

    @Test
    void startAfter_beyondTheLogsEnd_isDataLoss() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a", "b");

        assertFails(ErrorCode.DATA_LOSS, () -> log.follower().startAfter(3));
    }

    @Test
    void startAfter_setsOfABranchWereFreedAndLaterOnesNot_noGapGoesUnnoticed() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addPrepared(branch(1), List.of(update("p")));
        writer.addPrepared(branch(2), List.of(update("q")));
        log.commit(writer);
        append(writer, "a".repeat(4096));
        writer.addOutcome(branch(1), true);
        log.commit(writer);
        sequence++;
        append(writer, "b", "c");
        // The branch in doubt holds the log back behind the settled one: the first set can be read, "p" can not.
        log.trim(writer, false, 3);
        assertThat(writer.trimPosition()).isEqualTo(384);

        LogFollower inTime = log.follower();
        inTime.startAfter(2);
        assertThat(texts(inTime.poll(10))).containsExactly("b", "c");
        for (int cursor = 0; cursor < 2; cursor++) {
            LogFollower late = log.follower();
            late.startAfter(cursor);
            assertFails(ErrorCode.SETS_TRIMMED, late::finish);
            if (cursor == 0) {
                assertThat(late.poll(10)).hasSize(1);
            }
            assertFails(ErrorCode.SETS_TRIMMED, () -> late.poll(10));
        }
        assertThat(texts(log.follower().recover())).containsExactly("b", "c");
    }

    @Test
    void finish_connectionFailsAtEveryOperation_losesNothing() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a");
        for (int operations = 0; operations < 12; operations++) {
            SwitchableMemory memory = new SwitchableMemory(log.region.connect());
            LogFollower follower = log.follower(memory);
            follower.recover();
            append(writer, "b" + operations, "c" + operations);
            assertThat(texts(follower.poll(1))).containsExactly("b" + operations);
            append(writer, "d" + operations, "e" + operations);
            List<String> rest = new ArrayList<>();
            memory.now = log.region.connect().cutAfterOperations(operations);
            try {
                rest.addAll(texts(follower.finish()));
            } catch (PmuException e) {
                memory.now = log.region.connect();
                rest.addAll(texts(follower.finish()));
            }
            assertThat(rest).containsExactly("c" + operations, "d" + operations, "e" + operations);
        }
    }

    /** A memory whose connection is replaced. */
    private static final class SwitchableMemory implements RegionMemory {
        private RegionMemory now;

        SwitchableMemory(RegionMemory first) {
            now = first;
        }

        @Override
        public void write(long offset, ByteBuffer source) throws PmuException {
            now.write(offset, source);
        }

        @Override
        public void flush(long offset, long lengthBytes) throws PmuException {
            now.flush(offset, lengthBytes);
        }

        @Override
        public void read(long offset, ByteBuffer sink) throws PmuException {
            now.read(offset, sink);
        }
    }

    @Test
    void recover_connectionFails_mustBeRepeated() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a");
        SwitchableMemory memory = new SwitchableMemory(log.region.connect().cutAfterOperations(1));
        LogFollower follower = log.follower(memory);

        assertFails(ErrorCode.CONNECTION_LOST, follower::recover);
        memory.now = log.region.connect();
        assertThatIllegalStateException().isThrownBy(() -> follower.poll(1));
        assertThatIllegalStateException().isThrownBy(follower::finish);
        assertThat(texts(follower.recover())).containsExactly("a");
    }

    @Test
    void poll_visibleButNotPersistent_isMadePersistentFirst() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a");
        LogFollower follower = log.follower();
        follower.recover();
        writer.addSets(List.of(update("b")));
        assertThatThrownBy(() -> writer.write(log.region.connect().failFlush())).isInstanceOf(PmuException.class);
        assertThat(log.region.dirtyLines()).isPositive();

        assertThat(texts(follower.poll(1))).containsExactly("b");

        assertThat(log.region.dirtyLines()).isZero();
        log.region.losePower();
        assertThat(texts(log.follower().recover())).containsExactly("a", "b");
    }

    @Test
    void recover_logCutBackByLossOfPower_isNoticedByWhoReadMore() throws PmuException {
        SimulatedLog visible = new SimulatedLog(new LogGeometry(64 << 10, 64 << 10), 1 << 10, false);
        LogWriter writer = visible.takeOver();
        writer.addSets(List.of(update("a")));
        visible.commit(writer);
        LogFollower ahead = visible.follower();
        ahead.recover();
        visible.region.losePower();

        LogWriter next = visible.takeOver();
        assertThat(next.epoch().startPosition()).isZero();
        next.addSets(List.of(update("b")));
        visible.commit(next);

        assertThatThrownBy(() -> ahead.poll(1))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SETS_TRIMMED))
                .hasMessageContaining("cut back to position 0");
        assertThat(texts(ahead.recover())).containsExactly("b");
    }

    @Test
    void poll_nothingNew_costsOneSmallReadAndOneLook() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a");
        CountingMemory memory = new CountingMemory(log.region.connect());
        LogFollower follower = log.follower(memory);
        follower.recover();
        memory.operations = 0;
        memory.bytes = 0;

        for (int i = 0; i < LogFollower.POLLS_PER_FAR_LOOK - 1; i++) {
            follower.poll(10);
        }

        assertThat(memory.operations).isEqualTo(LogFollower.POLLS_PER_FAR_LOOK - 1);
        assertThat(memory.bytes).isEqualTo((LogFollower.POLLS_PER_FAR_LOOK - 1) * 8192L);
    }

    @Test
    void poll_aSetOf4KiB_costsOneRead() throws PmuException {
        LogWriter writer = log.takeOver();
        CountingMemory memory = new CountingMemory(log.region.connect());
        LogFollower follower = log.follower(memory);
        follower.recover();
        append(writer, "x".repeat(4096));
        memory.operations = 0;

        assertThat(follower.poll(1)).hasSize(1);

        assertThat(memory.operations).as("one read, one flush").isEqualTo(2);
    }

    /** Counts what a follower costs the region's unit. */
    private static final class CountingMemory implements RegionMemory {
        private final RegionMemory memory;
        private int operations;
        private long bytes;

        CountingMemory(RegionMemory memory) {
            this.memory = memory;
        }

        @Override
        public void write(long offset, ByteBuffer source) {
            throw new AssertionError("a follower writes");
        }

        @Override
        public void flush(long offset, long lengthBytes) throws PmuException {
            operations++;
            memory.flush(offset, lengthBytes);
        }

        @Override
        public void read(long offset, ByteBuffer sink) throws PmuException {
            operations++;
            bytes += sink.remaining();
            memory.read(offset, sink);
        }
    }

    @Test
    void recover_manyBatches_flushesTheLastAlone() throws PmuException {
        LogWriter writer = log.takeOver();
        append(writer, "a", "b", "c");
        List<Long> flushed = new ArrayList<>();
        RegionMemory memory = log.region.connect();
        LogFollower follower = log.follower(new RegionMemory() {
            @Override
            public void write(long offset, ByteBuffer source) {
                throw new AssertionError("a follower writes");
            }

            @Override
            public void flush(long offset, long lengthBytes) {
                flushed.add(offset);
                flushed.add(lengthBytes);
            }

            @Override
            public void read(long offset, ByteBuffer sink) throws PmuException {
                memory.read(offset, sink);
            }
        });
        follower.recover();

        assertThat(flushed).containsExactly(384L, 128L);
    }

    @Test
    void follow_longerThanTheRegion_remembersNoMoreThanItHolds() throws PmuException {
        LogWriter writer = log.takeOver();
        LogFollower follower = log.follower();
        follower.recover();
        for (int i = 0; i < 50; i++) {
            fillAndTrim(writer);
            follower.recover();
            for (int j = 0; j < 20; j++) {
                append(writer, "y".repeat(500));
                follower.poll(100);
            }
        }
        LogFollower fresh = log.follower();
        fresh.recover();
        assertThat(follower.state().committedSequence()).isEqualTo(fresh.state().committedSequence());
        assertThat(follower.state().trimTargetByBase()).isEqualTo(fresh.state().trimTargetByBase());
    }
}
