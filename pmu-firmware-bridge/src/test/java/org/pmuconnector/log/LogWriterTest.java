package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.log.SimulatedLog.branch;
import static org.pmuconnector.log.SimulatedLog.text;
import static org.pmuconnector.log.SimulatedLog.texts;
import static org.pmuconnector.log.SimulatedLog.update;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.pmuconnector.log.LogWriter.Ticket;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Sequences, bases, branches, places: what a primary's writer makes of transactions. */
class LogWriterTest {

    private final SimulatedLog log = SimulatedLog.ofSize(64 << 10);

    private static PendingSet base(String text, long covers) {
        return PendingSet.base(text.getBytes(StandardCharsets.UTF_8), 1, covers);
    }

    private static PendingSet baseOfAll(String text, long expected) {
        return PendingSet.baseOfAll(text.getBytes(StandardCharsets.UTF_8), 1, expected);
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private List<LogGroup> groups() throws PmuException {
        LogSource.Bounds bounds = log.bounds();
        LogReader reader =
                new LogReader(log.region.connect(), log.geometry, bounds.epochStarts(), bounds.trimPosition());
        List<LogGroup> groups = new ArrayList<>();
        for (LogGroup group = reader.next(); group != null; group = reader.next()) {
            groups.add(group);
        }
        return groups;
    }

    @Test
    void lastSequence_batchOfAllKinds_countsCommittedSetsInLogOrder() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addPrepared(branch(1), List.of(update("p1"), update("p2")));
        writer.addPrepared(branch(2), List.of(update("q")));
        log.commit(writer);

        Ticket one = writer.addSets(List.of(update("a"), update("b")));
        Ticket two = writer.addOutcome(branch(1), true);
        Ticket three = writer.addPrepared(branch(3), List.of(update("r")));
        Ticket four = writer.addOutcome(branch(2), false);
        Ticket five = writer.addSets(List.of(update("c")));
        log.commit(writer);

        assertThat(List.of(one, two, three, four, five))
                .extracting(Ticket::lastSequence)
                .containsExactly(2L, 4L, 4L, 4L, 5L);
        List<CommittedSet> sets = log.follower().recover();
        assertThat(texts(sets)).containsExactly("a", "b", "p1", "p2", "c");
        assertThat(sets).extracting(CommittedSet::sequence).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(sets).extracting(CommittedSet::timestampMillis).containsOnly(SimulatedLog.NOW_MILLIS);
        assertThat(writer.state().prepared()).extracting(PreparedGroup::branch).containsExactly(branch(3));
    }

    @Test
    void addOutcome_fillerBeforeIt_logCanBeRead() throws PmuException {
        SimulatedLog narrow = new SimulatedLog(new LogGeometry(8 << 10, 1 << 10), 256);
        LogWriter writer = narrow.takeOver();
        writer.addPrepared(branch(1), List.of(update("p")));
        // 128 + 256 + 576 bytes are used: the outcome, 128 bytes, meets the extent's end.
        writer.addSets(List.of(update(512)));
        narrow.commit(writer);

        Ticket outcome = writer.addOutcome(branch(1), true);
        narrow.commit(writer);

        assertThat(outcome.lastSequence()).isEqualTo(2);
        LogFollower follower = narrow.follower();
        assertThat(texts(follower.recover())).last().isEqualTo("p");
        assertThat(follower.state().endPosition()).isEqualTo((1 << 10) + 128);
    }

    @Test
    void addSets_lastExtentShorterThanTheGroup_goesToTheRingsBeginning() throws PmuException {
        LogGeometry geometry = new LogGeometry((8 << 10) + 256, 1 << 10);
        SimulatedLog uneven = new SimulatedLog(geometry, 64);
        LogWriter writer = uneven.takeOver();
        int wrapped = 0;
        for (int i = 0; i < 40; i++) {
            long before = writer.state().endPosition();
            writer.addSets(List.of(update(600)));
            uneven.commit(writer);
            long at = writer.state().endPosition() - 704;
            assertThat(geometry.contiguousBytes(at)).isGreaterThanOrEqualTo(704);
            wrapped += geometry.offset(at) == 0 && geometry.offset(before) < 8 << 10 ? 1 : 0;
            writer.addSets(List.of(baseOfAll("base" + i, 2L * i + 1)));
            uneven.commit(writer);
            uneven.trim(writer, true, 0);
            assertThat(texts(uneven.follower().recover())).containsExactly("base" + i);
        }
        assertThat(wrapped).as("times that the short extent was passed over").isPositive();
    }

    @Test
    void addSets_baseOfAll_coversItsOwnEarlierSetsAndNoLaterOnes() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addSets(List.of(update("a")));
        log.commit(writer);
        writer.addSets(List.of(update("b"), baseOfAll("base", 1), update("c")));
        log.commit(writer);

        List<CommittedSet> sets = log.follower().recover();

        assertThat(texts(sets)).containsExactly("base", "c");
        assertThat(sets.get(0).coversAllBefore()).isTrue();
        assertThat(sets.get(0).sequence()).isEqualTo(3);
    }

    @Test
    void addSets_baseThatNamesASequence_coversUpToThatAlone() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addSets(List.of(update("a"), update("b"), update("c")));
        writer.addSets(List.of(update("d"), base("base", 2)));
        log.commit(writer);

        List<CommittedSet> sets = log.follower().recover();

        assertThat(texts(sets)).containsExactly("base", "c", "d");
        assertThat(sets.get(0).coversAllBefore()).isFalse();
    }

    @Test
    void addSets_anotherCommittedSinceTheSnapshot_isStale() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addSets(List.of(update("a")));
        writer.addSets(List.of(update("b")));

        assertRefused(ErrorCode.STALE_OVERWRITE, () -> writer.addSets(List.of(baseOfAll("base", 1))));
        assertRefused(ErrorCode.STALE_OVERWRITE, () -> writer.addPrepared(branch(1), List.of(baseOfAll("base", 1))));
        writer.addSets(List.of(baseOfAll("base", 2)));
        log.commit(writer);
        assertThat(texts(log.follower().recover())).containsExactly("base");
    }

    @Test
    void addSets_baseOfMoreThanCommitted_isRefused() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addSets(List.of(update("a")));

        assertRefused(ErrorCode.BEYOND_COMMITTED, () -> writer.addSets(List.of(update("b"), base("base", 2))));
        writer.addSets(List.of(base("base", 1)));
        log.commit(writer);
        assertThat(texts(log.follower().recover())).containsExactly("base");
    }

    @Test
    void addSets_baseOfLessThanTheOneBefore_isStale() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addSets(List.of(update("a"), update("b")));
        writer.addSets(List.of(base("two", 2)));
        log.commit(writer);

        assertRefused(ErrorCode.STALE_OVERWRITE, () -> writer.addSets(List.of(base("one", 1))));
        writer.addSets(List.of(base("two again", 2)));
        log.commit(writer);
        assertThat(texts(log.follower().recover())).containsExactly("two again");
    }

    @Test
    void addOutcome_preparedBaseThatALaterOneSurpassed_doesNotReplaceIt() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addSets(List.of(update("a")));
        writer.addPrepared(branch(1), List.of(update("p"), baseOfAll("old", 1)));
        writer.addSets(List.of(update("b")));
        writer.addSets(List.of(baseOfAll("new", 2)));
        log.commit(writer);
        log.trim(writer, true, 0);
        writer.addOutcome(branch(1), true);
        log.commit(writer);

        assertThat(texts(log.follower().recover())).containsExactly("new", "p");
        assertThat(writer.state().baseSequence()).isEqualTo(3);
    }

    @Test
    void trim_branchCommitsAfterABaseThatLiesBehindIt_losesNothing() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addPrepared(branch(1), List.of(update("p")));
        log.commit(writer);
        writer.addSets(List.of(baseOfAll("base", 0)));
        log.commit(writer);
        writer.addOutcome(branch(1), true);
        log.commit(writer);

        log.trim(writer, true, 0);

        assertThat(texts(log.follower().recover())).containsExactly("base", "p");
        assertThat(writer.trimPosition()).isEqualTo(384);
    }

    @Test
    void trim_baseAndLateOutcomeInOneBatch_losesNothing() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addPrepared(branch(1), List.of(update("p")));
        log.commit(writer);
        writer.addSets(List.of(baseOfAll("base", 0)));
        writer.addOutcome(branch(1), true);
        log.commit(writer);

        assertThat(log.trim(writer, true, 0)).isTrue();
        assertThat(writer.trimPosition()).isEqualTo(384);
        assertThat(texts(log.follower().recover())).containsExactly("base", "p");
    }

    @Test
    void addCopy_outcomeInTheSameBatch_isRefused() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addPrepared(branch(1), List.of(update("p")));
        log.commit(writer);
        PreparedGroup group = writer.preparedBelow(Long.MAX_VALUE).get(0);
        writer.addOutcome(branch(1), false);

        assertRefused(ErrorCode.BRANCH_UNKNOWN, () -> writer.addCopy(group));
        log.commit(writer);
        assertRefused(ErrorCode.BRANCH_UNKNOWN, () -> writer.addCopy(group));
        assertThat(writer.state().prepared()).isEmpty();
    }

    @Test
    void addOutcome_copyBefore_commitsTheCopyOnce() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addPrepared(branch(1), List.of(update("p"), update("q")));
        log.commit(writer);
        writer.addCopy(writer.preparedBelow(Long.MAX_VALUE).get(0));
        writer.addOutcome(branch(1), true);
        log.commit(writer);

        assertThat(texts(log.follower().recover())).containsExactly("p", "q");
        assertThat(groups().get(2).records().get(0).timestampMillis()).isEqualTo(SimulatedLog.NOW_MILLIS);
    }

    @Test
    void addOutcome_unknownOrSettledBranch_isRefused() throws PmuException {
        LogWriter writer = log.takeOver();
        assertRefused(ErrorCode.BRANCH_UNKNOWN, () -> writer.addOutcome(branch(1), true));
        writer.addPrepared(branch(1), List.of(update("p")));
        assertRefused(ErrorCode.BRANCH_UNKNOWN, () -> writer.addPrepared(branch(1), List.of(update("p"))));
        log.commit(writer);
        assertRefused(ErrorCode.BRANCH_UNKNOWN, () -> writer.addPrepared(branch(1), List.of(update("p"))));
        writer.addOutcome(branch(1), true);
        assertRefused(ErrorCode.BRANCH_UNKNOWN, () -> writer.addOutcome(branch(1), true));
        log.commit(writer);
        assertRefused(ErrorCode.BRANCH_UNKNOWN, () -> writer.addOutcome(branch(1), true));
        writer.addPrepared(branch(1), List.of(update("again")));
        log.commit(writer);
        writer.addOutcome(branch(1), true);
        log.commit(writer);
        assertThat(texts(log.follower().recover())).containsExactly("p", "again");
    }

    @Test
    void addSets_largerThanAnyGroup_isTooLargeAndNothingIsAdded() throws PmuException {
        LogWriter writer = log.takeOver();
        long longest = log.geometry.longestGroupBytes();
        assertThat(longest).isEqualTo((16 << 10) + 64);

        assertRefused(ErrorCode.PAYLOAD_TOO_LARGE, () -> writer.addSets(List.of(update((int) longest - 63))));
        assertRefused(
                ErrorCode.PAYLOAD_TOO_LARGE,
                () -> writer.addSets(List.of(PendingSet.base(new byte[(8 << 10) + 1], 1, 0))));
        writer.addSets(List.of(update((int) longest - 64)));
        log.commit(writer);
        assertThat(log.follower().recover()).hasSize(1);
    }

    @Test
    void addSets_baseOfAQuarterOfTheRegion_isTaken() throws PmuException {
        LogGeometry geometry = new LogGeometry(256 << 10, 256 << 10);
        SimulatedLog large = new SimulatedLog(geometry, 64 << 10);
        LogWriter writer = large.takeOver();
        for (int i = 0; i < 20; i++) {
            writer.addSets(List.of(PendingSet.baseOfAll(new byte[64 << 10], 1, i)));
            large.commit(writer);
            large.trim(writer, true, 0);
        }
        assertThat(writer.state().committedSequence()).isEqualTo(20);
    }

    @Test
    void hasRoomInBatch_aMegabyteAdded_isFalse() throws PmuException {
        SimulatedLog large = SimulatedLog.ofSize(16 << 20);
        LogWriter writer = large.takeOver();
        int groups = 0;
        while (writer.hasRoomInBatch()) {
            writer.addSets(List.of(update(100_000)));
            groups++;
        }
        large.commit(writer);
        assertThat(groups).isEqualTo(LogWriter.BATCH_BYTES / 100_096 + 1);
        assertThat(large.follower().recover()).hasSize(groups);
        assertThat(writer.hasRoomInBatch()).isTrue();
    }

    @Test
    void write_batchAcrossExtentsAndTheRingsEnd_isReadBackWhole() throws PmuException {
        SimulatedLog narrow = new SimulatedLog(new LogGeometry(4 << 10, 1 << 10), 64);
        LogWriter writer = narrow.takeOver();
        int sequence = 0;
        for (int lap = 0; lap < 10; lap++) {
            for (int i = 0; i < 5; i++) {
                writer.addSets(List.of(update(200 + 32 * i)));
                sequence++;
            }
            writer.addSets(List.of(baseOfAll("base", sequence)));
            sequence++;
            narrow.commit(writer);
            narrow.trim(writer, true, 0);
            LogFollower follower = narrow.follower();
            assertThat(texts(follower.recover())).containsExactly("base");
            assertThat(follower.state().committedSequence()).isEqualTo(sequence);
        }
    }

    @Test
    void payload_emptyOrLong_comesBackAsItWas() throws PmuException {
        LogWriter writer = log.takeOver();
        for (int length : new int[] {0, 1, 63, 64, 65, 4096, 16000}) {
            byte[] payload = new byte[length];
            Arrays.fill(payload, (byte) length);
            writer.addSets(List.of(PendingSet.update(payload, length)));
            log.commit(writer);
            List<CommittedSet> sets = log.follower().recover();
            CommittedSet last = sets.get(sets.size() - 1);
            assertThat(last.payload()).isEqualTo(payload);
            assertThat(last.payloadVersion()).isEqualTo(length);
            assertThat(last.base()).isFalse();
            assertThat(last.epoch()).isEqualTo(1);
        }
    }

    @Test
    void add_batchUndecided_isADefect() throws PmuException {
        LogWriter writer = log.takeOver();
        writer.addSets(List.of(update("a")));
        assertThatIllegalStateException().isThrownBy(writer::acknowledge);
        assertThatIllegalStateException().isThrownBy(() -> writer.resolve(log.region.connect()));
        assertThatIllegalStateException().isThrownBy(() -> writer.resolveByEpoch(0));
        writer.write(log.region.connect());

        assertThat(writer.hasRoomInBatch()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> writer.addSets(List.of(update("b"))));
        assertThatIllegalStateException().isThrownBy(() -> writer.addSeal("a"));
        assertThatIllegalStateException().isThrownBy(() -> writer.write(log.region.connect()));
        writer.acknowledge();
        assertThatIllegalArgumentException().isThrownBy(() -> writer.addSets(List.of()));
    }

    @Test
    void new_epochBeginsElsewhereThanTheLogEnds_isRefused() {
        LogState state = new LogState(128);
        EpochStart epoch = new EpochStart(1, 64, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LogWriter(log.geometry, state, epoch, 0, 100, SimulatedLog.TIME));
    }

    @Test
    void addSeal_takeoverAfterTakeoverInAFullRegion_neverStopsIt() throws PmuException {
        LogWriter writer = log.takeOver();
        fill(writer);
        int sealed = 0;
        for (int i = 0; i < 200; i++) {
            LogWriter next = log.claimAndRead();
            sealed += next.addSeal("a".repeat(100)) ? 1 : 0;
            log.commit(next);
            writer = next;
        }
        assertThat(sealed).isBetween(10, 60);
        long committed = writer.state().committedSequence();
        writer.addSets(List.of(PendingSet.baseOfAll(new byte[8 << 10], 1, committed)));
        log.commit(writer);
        assertThat(log.trim(writer, true, 0)).isTrue();
        writer.addSets(List.of(update("on")));
        log.commit(writer);
        List<CommittedSet> sets = log.follower().recover();
        assertThat(text(sets.get(1))).isEqualTo("on");
    }

    private void fill(LogWriter writer) {
        assertRefused(ErrorCode.REGION_FULL, () -> {
            while (true) {
                writer.addSets(List.of(update(1000)));
                log.commit(writer);
            }
        });
    }

    @Test
    void addSets_regionFull_saysHowMuchIsFreeAndPlacesNothing() throws PmuException {
        LogWriter writer = log.takeOver();
        fill(writer);
        long placed = log.region.placedBytes();
        List<CommittedSet> before = log.follower().recover();

        assertThatThrownBy(() -> writer.addSets(List.of(update(1000))))
                .hasMessageContaining("no room for 1088 bytes")
                .hasMessageContaining("65536")
                .hasMessageContaining("overwrite with a base");
        log.commit(writer);

        assertThat(log.region.placedBytes()).isEqualTo(placed);
        assertThat(log.follower().recover()).hasSameSizeAs(before);
        // A quarter at most is kept of this region: twice the largest base, and seals.
        assertThat(writer.usedBytes()).isGreaterThan((48 << 10) - 2048);
    }

    @Test
    void addSets_fullAndABaseThatFreesLittle_isRefusedButOneOfAllIsNot() throws PmuException {
        LogWriter writer = log.takeOver();
        fill(writer);
        long committed = writer.state().committedSequence();
        byte[] largest = new byte[8 << 10];

        assertRefused(ErrorCode.REGION_FULL, () -> writer.addSets(List.of(PendingSet.base(largest, 1, 1))));
        for (int i = 0; i < 10; i++) {
            writer.addSets(List.of(PendingSet.baseOfAll(largest, 1, committed + i)));
            log.commit(writer);
            assertThat(log.trim(writer, true, 0)).isTrue();
        }
    }

    @Test
    void addPrepared_manyInOneBatch_leaveRoomForAllTheirOutcomes() throws PmuException {
        LogWriter writer = log.takeOver();
        List<BranchId> prepared = new ArrayList<>();
        assertRefused(ErrorCode.REGION_FULL, () -> {
            while (true) {
                BranchId branch = branch(prepared.size());
                writer.addPrepared(branch, List.of(update(1)));
                prepared.add(branch);
            }
        });
        log.commit(writer);
        // Whatever is in doubt, others can go on.
        writer.addSets(List.of(update(1000)));
        log.commit(writer);
        fill(writer);
        long committed = writer.state().committedSequence();
        writer.addSets(List.of(PendingSet.baseOfAll(new byte[8 << 10], 1, committed)));
        log.commit(writer);
        log.trim(writer, true, 0);
        for (BranchId branch : prepared) {
            writer.addOutcome(branch, true);
            log.commit(writer);
        }
        assertThat(log.follower().recover()).hasSize(prepared.size() + 1);
    }
}
