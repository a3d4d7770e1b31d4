package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.log.SimulatedLog.branch;
import static org.pmuconnector.log.SimulatedLog.texts;
import static org.pmuconnector.log.SimulatedLog.update;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pmuconnector.log.LogWriter.Ticket;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** I14 and I6: what becomes of a batch whose connection failed is found out, never guessed, and stays so. */
class LogResolveTest {

    /** Extents short enough for the batch to need a filler. */
    private static final LogGeometry GEOMETRY = new LogGeometry(8 << 10, 1 << 10);

    /** A log with something acknowledged, and a batch of several groups under way. */
    private static final class Scene {
        final SimulatedLog log = new SimulatedLog(GEOMETRY, 512);
        final LogWriter writer;
        final List<Ticket> tickets = new ArrayList<>();
        final List<List<String>> texts = new ArrayList<>();

        Scene() throws PmuException {
            writer = log.takeOver();
            writer.addSets(List.of(update("old")));
            writer.addPrepared(branch(1), List.of(update("p1"), update("p2")));
            log.commit(writer);
            add(writer.addSets(List.of(update("a"))), "a");
            add(writer.addPrepared(branch(2), List.of(update("q"))));
            add(writer.addSets(List.of(update("b"), update("c"))), "b", "c");
            add(writer.addOutcome(branch(1), true), "p1", "p2");
            add(writer.addSets(List.of(update("d".repeat(100)))), "d".repeat(100));
        }

        private void add(Ticket ticket, String... committed) {
            tickets.add(ticket);
            texts.add(List.of(committed));
        }

        /** What the log holds if so many groups of the batch count. */
        List<String> expected(int groups) {
            List<String> expected = new ArrayList<>(List.of("old"));
            texts.subList(0, groups).forEach(expected::addAll);
            return expected;
        }

        void failAfter(long bytes) {
            assertThatThrownBy(() -> writer.write(log.region.connect().cutAfterBytes(bytes)))
                    .isInstanceOf(PmuException.class);
            assertThat(writer.isUndecided()).isTrue();
        }

        int written() {
            int written = 0;
            while (written < tickets.size() && tickets.get(written).isWritten()) {
                written++;
            }
            for (Ticket later : tickets.subList(written, tickets.size())) {
                assertThat(later.isWritten()).isFalse();
            }
            return written;
        }

        List<String> read() throws PmuException {
            return texts(log.follower().recover());
        }

        /** All that was decided stands, and the log goes on. */
        void check(int written) throws PmuException {
            List<String> expected = expected(written);
            assertThat(read()).isEqualTo(expected);
            assertThat(writer.state().committedSequence()).isEqualTo(expected.size());
            writer.addSets(List.of(update("after")));
            log.commit(writer);
            expected.add("after");
            assertThat(read()).isEqualTo(expected);
            log.region.losePower();
            assertThat(read()).isEqualTo(expected);
            LogFollower next = log.follower();
            next.recover();
            assertThat(next.state().prepared()).hasSize((written > 1 ? 1 : 0) + (written > 3 ? 0 : 1));
        }
    }

    private static long batchBytes() throws PmuException {
        Scene scene = new Scene();
        long before = scene.log.region.placedBytes();
        scene.writer.write(scene.log.region.connect());
        return scene.log.region.placedBytes() - before;
    }

    @Test
    void resolve_cutAfterEveryByte_keepsExactlyWhatArrivedWhole() throws PmuException {
        long batchBytes = batchBytes();
        int previous = 0;
        for (long cut = 0; cut <= batchBytes; cut++) {
            Scene scene = new Scene();
            scene.failAfter(cut);
            List<String> readBefore = scene.read();

            scene.writer.resolve(scene.log.region.connect());

            int written = scene.written();
            assertThat(written).as("cut after %d", cut).isBetween(previous, previous + 1);
            // Whoever read meanwhile saw nothing that is not there now.
            assertThat(readBefore).isEqualTo(scene.expected(written));
            scene.check(written);
            previous = written;
        }
        assertThat(previous).isEqualTo(5);
    }

    @Test
    void resolve_answerLost_everythingCounts() throws PmuException {
        Scene scene = new Scene();
        assertThatThrownBy(() -> scene.writer.write(scene.log.region.connect().loseFlushAnswer()))
                .isInstanceOf(PmuException.class);

        scene.writer.resolve(scene.log.region.connect());

        assertThat(scene.written()).isEqualTo(5);
        scene.check(5);
    }

    @Test
    void resolve_placedAndNotFlushed_everythingCountsAndIsPersistent() throws PmuException {
        Scene scene = new Scene();
        assertThatThrownBy(() -> scene.writer.write(scene.log.region.connect().failFlush()))
                .isInstanceOf(PmuException.class);
        assertThat(scene.log.region.dirtyLines()).isPositive();

        scene.writer.resolve(scene.log.region.connect());

        assertThat(scene.log.region.dirtyLines()).isZero();
        scene.log.region.losePower();
        assertThat(scene.written()).isEqualTo(5);
        scene.check(5);
    }

    @Test
    void resolve_failsItselfAtEveryPoint_decidesTheSameTheNextTime() throws PmuException {
        long batchBytes = batchBytes();
        for (long cut = 0; cut <= batchBytes; cut += 24) {
            Scene plain = new Scene();
            plain.failAfter(cut);
            plain.writer.resolve(plain.log.region.connect());
            int expected = plain.written();
            for (int operations = 0; operations < 6; operations++) {
                Scene scene = new Scene();
                scene.failAfter(cut);
                resolveAgain(scene, scene.log.region.connect().cutAfterOperations(operations), expected);
            }
            for (int voidBytes = 0; voidBytes <= 64; voidBytes += 4) {
                Scene scene = new Scene();
                scene.failAfter(cut);
                resolveAgain(scene, scene.log.region.connect().cutAfterBytes(voidBytes), expected);
            }
        }
    }

    private static void resolveAgain(Scene scene, RegionMemory failing, int expected) throws PmuException {
        try {
            scene.writer.resolve(failing);
        } catch (PmuException e) {
            assertThat(scene.writer.isUndecided()).isTrue();
            scene.writer.resolve(scene.log.region.connect());
        }
        assertThat(scene.written()).isEqualTo(expected);
        scene.check(expected);
    }

    @Test
    void resolveByEpoch_takenOverAfterEveryCut_countsWhatTheNewPrimaryRead() throws PmuException {
        long batchBytes = batchBytes();
        for (long cut = 0; cut <= batchBytes; cut += 8) {
            Scene scene = new Scene();
            scene.failAfter(cut);
            List<String> rest = takeOver(scene);

            assertThat(rest).as("cut after %d", cut).isEqualTo(scene.expected(scene.written()));
        }
    }

    @Test
    void resolveByEpoch_resolvedInPartBefore_countsNoVoidGroup() throws PmuException {
        long batchBytes = batchBytes();
        for (long cut = 0; cut <= batchBytes; cut += 40) {
            for (int voidBytes = 0; voidBytes <= 64; voidBytes += 8) {
                Scene scene = new Scene();
                scene.failAfter(cut);
                RegionMemory failing = scene.log.region.connect().cutAfterBytes(voidBytes);
                try {
                    scene.writer.resolve(failing);
                    continue;
                } catch (PmuException e) {
                    assertThat(scene.writer.isUndecided()).isTrue();
                }
                List<String> rest = takeOver(scene);

                assertThat(rest).as("cut after %d, %d", cut, voidBytes).isEqualTo(scene.expected(scene.written()));
            }
        }
    }

    /** Another takes over; the fenced writer finds out what counts. */
    private static List<String> takeOver(Scene scene) throws PmuException {
        LogWriter next = scene.log.takeOver();
        scene.writer.resolveByEpoch(next.epoch().startPosition());
        assertThatThrownBy(() -> scene.writer.addSets(List.of(update("late"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("over");
        return scene.read();
    }

    @Test
    void resolve_batchUsedTheReserve_isCompletedAndTheReserveLasts() throws PmuException {
        SimulatedLog log = SimulatedLog.ofSize(64 << 10);
        LogWriter writer = log.takeOver();
        for (int i = 0; i < 10; i++) {
            writer.addPrepared(branch(i), List.of(update(100)));
            log.commit(writer);
        }
        for (int round = 0; round < 20; round++) {
            fill(log, writer);
            if (round < 10) {
                // Given up as long as there is room to spare, completed then.
                boolean commit = round % 2 == 0;
                BranchId branch = branch(round);
                writeUntilWritten(log, writer, () -> writer.addOutcome(branch, commit), 37L * round % 128);
            }
            long committed = writer.state().committedSequence();
            PendingSet base = PendingSet.baseOfAll(new byte[8 << 10], 1, committed);
            writeUntilWritten(log, writer, () -> writer.addSets(List.of(base)), 997L * round % (8 << 10));
            assertThat(log.trim(writer, true, 0)).isTrue();
            List<CommittedSet> recovered = log.follower().recover();
            assertThat(recovered).hasSize(1);
            assertThat(recovered.get(0).sequence()).isEqualTo(committed + 1);
        }
    }

    private interface Addition {
        Ticket add() throws PmuException;
    }

    private static void writeUntilWritten(SimulatedLog log, LogWriter writer, Addition addition, long cut)
            throws PmuException {
        for (int attempt = 0; attempt < 20; attempt++) {
            Ticket ticket = addition.add();
            RegionMemory failing = log.region.connect().cutAfterBytes(cut);
            assertThatThrownBy(() -> writer.write(failing)).isInstanceOf(PmuException.class);
            try {
                writer.resolve(log.region.connect().cutAfterBytes(5));
            } catch (PmuException e) {
                writer.resolve(log.region.connect());
            }
            if (ticket.isWritten()) {
                return;
            }
        }
        throw new AssertionError("given up 20 times in a full region");
    }

    private static void fill(SimulatedLog log, LogWriter writer) throws PmuException {
        try {
            while (true) {
                writer.addSets(List.of(update(500)));
                log.commit(writer);
            }
        } catch (PmuException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.REGION_FULL);
        }
    }
}
