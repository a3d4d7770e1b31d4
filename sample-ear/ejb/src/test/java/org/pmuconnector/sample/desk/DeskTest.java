package org.pmuconnector.sample.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.Durability;
import org.pmuconnector.checkpoint.ErrorCategory;
import org.pmuconnector.checkpoint.FencedException;
import org.pmuconnector.checkpoint.InDoubtBranch;
import org.pmuconnector.checkpoint.NotPrimaryException;
import org.pmuconnector.checkpoint.OutcomeUnknownException;
import org.pmuconnector.checkpoint.ParkedSet;
import org.pmuconnector.checkpoint.PayloadTooLargeException;
import org.pmuconnector.checkpoint.PrimaryTerm;
import org.pmuconnector.checkpoint.RegionFullException;
import org.pmuconnector.checkpoint.UnitUnreachableException;
import org.pmuconnector.sample.desk.DeskException.Reason;
import org.pmuconnector.sample.generator.OrderFlow;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.BatchCodec;
import org.pmuconnector.sample.state.DeskState;
import org.pmuconnector.sample.state.Digest;
import org.pmuconnector.sample.state.StateCodec;

class DeskTest {

    private static final int UPDATES_PER_BASE = 10;

    /** Held here, because the log manager would let it go and forget its level. */
    private static final Logger DESK_LOG = Logger.getLogger(Desk.class.getName());

    private final MemoryRegion region = new MemoryRegion();
    private final OrderFlow flow = new OrderFlow(21);
    private Desk desk;
    private long nextBatchId = 1;

    @BeforeAll
    static void quiet() {
        DESK_LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void audible() {
        DESK_LOG.setLevel(null);
    }

    @BeforeEach
    void start() {
        desk = new Desk("alpha", UPDATES_PER_BASE, region);
    }

    @Test
    void accept_standby_refusesAndNamesItself() {
        assertThatThrownBy(() -> desk.accept(batch()))
                .asInstanceOf(type(DeskException.class))
                .extracting(DeskException::reason)
                .isEqualTo(Reason.NOT_PRIMARY);
        assertThat(region.sets()).isEmpty();
        assertThat(desk.status().activity().refused()).isEqualTo(1);
    }

    @Test
    void accept_primary_recordsBeforeItApplies() throws DeskException {
        desk.primary(term(3));
        Receipt receipt = desk.accept(batch());

        assertThat(receipt).isEqualTo(new Receipt("alpha", 3, 1, 5, false));
        assertThat(desk.status().messages()).isEqualTo(5);
        assertThat(region.sets()).hasSize(1);
    }

    @Test
    void accept_repeatedBatch_isAcknowledgedOnce() throws DeskException {
        desk.primary(term(3));
        Batch batch = batch();
        desk.accept(batch);
        Receipt second = desk.accept(batch);

        assertThat(second.duplicate()).isTrue();
        assertThat(region.sets()).hasSize(1);
        assertThat(desk.status().messages()).isEqualTo(5);
        assertThat(desk.status().activity().duplicates()).isEqualTo(1);
    }

    @Test
    void accept_otherBatchUnderTheSameId_isRefused() throws DeskException {
        desk.primary(term(3));
        desk.accept(new Batch("feeder", 1, "AAPL", flow.take(5)));
        assertRefused(new Batch("feeder", 1, "AAPL", flow.take(5)), Reason.ID_REUSED);
        assertThat(region.sets()).hasSize(1);
    }

    @Test
    void accept_enoughUpdates_writesABaseThatRecoversToTheSameState() throws Exception {
        desk.primary(term(1));
        for (int count = 0; count < UPDATES_PER_BASE + 3; count++) {
            desk.accept(batch());
        }

        assertThat(region.sets())
                .hasSize(4)
                .first()
                .extracting(Checkpoint::kind)
                .isEqualTo(Checkpoint.Kind.BASE);
        assertThat(desk.status().updatesSinceBase()).isEqualTo(3);
        assertThat(desk.status().activity().basesWritten()).isEqualTo(1);
        assertThat(Replica.of(region.recover()).digest()).isEqualTo(digest(desk));
    }

    @Test
    void accept_appendNotWritten_changesNothing() throws DeskException {
        desk.primary(term(1));
        Batch batch = batch();
        region.failAppend(unreachable(Durability.NOT_WRITTEN), false);
        assertRefused(batch, Reason.UNAVAILABLE);
        assertThat(desk.status().messages()).isZero();
        assertThat(desk.status().trouble()).contains("no answer").contains("PMU-1");

        assertThat(desk.accept(batch).duplicate()).isFalse();
        assertThat(desk.status().trouble()).isEmpty();
    }

    @Test
    void accept_outcomeUnknownButWritten_isRecognisedWhenRepeated() throws DeskException {
        desk.primary(term(1));
        desk.accept(batch());
        Batch batch = batch();
        region.failAppendAtCommit(unknown(), true);
        assertRefused(batch, Reason.OUTCOME_UNKNOWN);

        assertThat(desk.accept(batch).duplicate()).isTrue();
        assertThat(desk.status().messages()).isEqualTo(10);
        assertThat(region.sets()).hasSize(2);
    }

    @Test
    void accept_outcomeUnknownAndNotWritten_isRecordedWhenRepeated() throws DeskException {
        desk.primary(term(1));
        Batch batch = batch();
        region.failAppendAtCommit(unknown(), false);
        assertRefused(batch, Reason.OUTCOME_UNKNOWN);

        assertThat(desk.accept(batch).duplicate()).isFalse();
        assertThat(region.sets()).hasSize(1);
    }

    @Test
    void accept_commitFailedWithoutReason_isTakenAsUnknown() throws DeskException {
        desk.primary(term(1));
        Batch batch = batch();
        region.failAppendAtCommit(null, true);
        assertRefused(batch, Reason.OUTCOME_UNKNOWN);
        assertThat(desk.accept(batch).duplicate()).isTrue();
    }

    @Test
    void accept_outcomeUnknownAndUnitAway_takesNothingUntilItIsRead() throws DeskException {
        desk.primary(term(1));
        Batch batch = batch();
        region.failAppendAtCommit(unknown(), true);
        assertRefused(batch, Reason.OUTCOME_UNKNOWN);
        region.failReads(unreachable(Durability.NOT_WRITTEN));
        assertRefused(batch, Reason.UNAVAILABLE);
        assertThat(region.sets()).hasSize(1);

        region.failReads(null);
        assertThat(desk.accept(batch).duplicate()).isTrue();
    }

    @Test
    void accept_fenced_stopsServingAtOnce() {
        desk.primary(term(1));
        region.failAppendAtCommit(
                new FencedException("taken over", "PMU-2", ErrorCategory.FENCED, Durability.NOT_WRITTEN, null), false);
        assertRefused(batch(), Reason.FENCED);
        assertThat(desk.status().role()).isEqualTo(Role.FENCED);
        assertRefused(batch(), Reason.FENCED);
        assertThat(region.sets()).isEmpty();
    }

    @Test
    void accept_notPrimaryAnyMore_isRefusedAsSuch() {
        desk.primary(term(1));
        region.failAppend(
                new NotPrimaryException("beta is", "PMU-3", ErrorCategory.FENCED, Durability.NOT_WRITTEN, null), false);
        assertRefused(batch(), Reason.NOT_PRIMARY);
    }

    @Test
    void accept_tooLarge_isNotToBeRepeated() {
        desk.primary(term(1));
        region.failAppend(
                new PayloadTooLargeException("9 MiB", "PMU-4", ErrorCategory.RECONFIGURE, Durability.NOT_WRITTEN, null),
                false);
        assertRefused(batch(), Reason.BATCH_TOO_LARGE);
        assertThat(Reason.BATCH_TOO_LARGE.isRetryable()).isFalse();
    }

    @Test
    void accept_regionFull_writesABaseAndGoesOn() throws Exception {
        desk.primary(term(1));
        region.limit(4, full());
        for (int count = 0; count < 9; count++) {
            assertThat(desk.accept(batch()).duplicate()).isFalse();
        }
        assertThat(desk.status().activity().basesWritten()).isGreaterThanOrEqualTo(1);
        assertThat(desk.status().messages()).isEqualTo(45);
        assertThat(Replica.of(region.recover()).digest()).isEqualTo(digest(desk));
    }

    @Test
    void accept_regionFullAndBaseImpossible_saysSo() throws DeskException {
        desk.primary(term(1));
        desk.accept(batch());
        region.limit(1, full());
        region.failOverwrite(
                new PayloadTooLargeException(
                        "base of 9 MiB", "PMU-4", ErrorCategory.RECONFIGURE, Durability.NOT_WRITTEN, null),
                false);
        assertRefused(batch(), Reason.REGION_FULL);
        assertThat(desk.status().messages()).isEqualTo(5);
    }

    @Test
    void accept_baseFails_keepsTheBatchAndTriesAgainLater() throws DeskException {
        desk.primary(term(1));
        region.failOverwrite(unreachable(Durability.NOT_WRITTEN), false);
        for (int count = 0; count < UPDATES_PER_BASE; count++) {
            desk.accept(batch());
        }
        assertThat(desk.status().activity().basesWritten()).isZero();
        assertThat(desk.status().trouble()).startsWith("the base was not recorded");

        desk.accept(batch());
        desk.accept(batch());
        assertThat(desk.status().activity().basesWritten()).isEqualTo(1);
        assertThat(desk.status().trouble()).isEmpty();
    }

    @Test
    void accept_foreignSetInTheRegion_isReadBeforeABaseCouldHideIt() throws Exception {
        desk.primary(term(1));
        for (int count = 0; count < UPDATES_PER_BASE - 1; count++) {
            desk.accept(batch());
        }
        region.addForeign(Checkpoint.Kind.UPDATE, BatchCodec.encode(new Batch("other", 1, "AAPL", flow.take(5))));
        desk.accept(batch());
        assertThat(desk.status().activity().basesWritten()).isZero();

        desk.accept(batch());
        assertThat(desk.status().messages()).isEqualTo((UPDATES_PER_BASE + 2) * 5L);
        assertThat(Replica.of(region.recover()).digest()).isEqualTo(digest(desk));
    }

    @Test
    void delivered_historyOfAnotherDesk_givesTheSameDigest() throws Exception {
        desk.primary(term(1));
        Desk standby = new Desk("beta", UPDATES_PER_BASE, region);
        long deliveredThrough = 0;
        for (int count = 0; count < 3 * UPDATES_PER_BASE; count++) {
            desk.accept(batch());
            for (Checkpoint set : region.sets()) {
                if (set.sequence() > deliveredThrough) {
                    standby.delivered(set);
                    deliveredThrough = set.sequence();
                }
            }
        }
        assertThat(digest(standby)).isEqualTo(digest(desk));
        assertThat(standby.status().activity().divergences()).isZero();
        assertThat(standby.status().sequence()).isEqualTo(desk.status().sequence());

        standby.primary(term(2));
        assertThat(standby.accept(batch()).epoch()).isEqualTo(2);
    }

    @Test
    void delivered_lateToThePrimary_takesItsPlaceInTheRegion() throws Exception {
        desk.primary(term(2));
        Batch late = new Batch("other", 1, "AAPL", flow.take(5));
        region.addForeign(Checkpoint.Kind.UPDATE, BatchCodec.encode(late));
        Checkpoint lateSet = region.sets().get(0);
        desk.accept(batch());

        desk.delivered(lateSet);

        assertThat(digest(desk)).isEqualTo(Replica.of(region.recover()).digest());
        assertThat(desk.status().sequence()).isEqualTo(2);
        assertThat(desk.accept(late).duplicate()).isTrue();
    }

    @Test
    void delivered_lateToThePrimaryWhileTheUnitIsAway_isReadBeforeTheNextBatch() throws Exception {
        desk.primary(term(2));
        desk.accept(batch());
        Batch late = new Batch("other", 1, "AAPL", flow.take(5));
        region.addForeign(Checkpoint.Kind.UPDATE, BatchCodec.encode(late));
        region.failReads(unreachable(Durability.NOT_WRITTEN));
        desk.delivered(region.sets().get(1));
        assertRefused(late, Reason.UNAVAILABLE);

        region.failReads(null);
        assertThat(desk.accept(late).duplicate()).isTrue();
        assertThat(digest(desk)).isEqualTo(Replica.of(region.recover()).digest());
    }

    @Test
    void accept_databaseRefuses_changesNothingAndLooksForWhatItMayKnow() throws Exception {
        desk.primary(term(1));
        desk.accept(batch());
        Batch batch = batch();
        region.failLedger();
        assertRefused(batch, Reason.UNAVAILABLE);
        assertThat(region.sets()).hasSize(1);
        assertThat(desk.status().trouble()).contains("the row is taken");

        // A transaction that was taken for failed has committed since: that is why the database refused.
        region.addForeign(Checkpoint.Kind.UPDATE, BatchCodec.encode(batch));
        assertThat(desk.accept(batch).duplicate()).isTrue();
        assertThat(region.sets()).hasSize(2);
    }

    @Test
    void delivered_sameSetAgain_isAppliedOnce() throws DeskException {
        desk.primary(term(1));
        desk.accept(batch());
        desk.accept(batch());
        Desk standby = new Desk("beta", UPDATES_PER_BASE, region);
        for (Checkpoint set : region.sets()) {
            standby.delivered(set);
            standby.delivered(set);
        }
        assertThat(standby.status().messages()).isEqualTo(10);
    }

    @Test
    void delivered_gap_isRefusedAndDelayedSetStillFits() throws DeskException {
        desk.primary(term(1));
        for (int count = 0; count < 3; count++) {
            desk.accept(batch());
        }
        Desk standby = new Desk("beta", UPDATES_PER_BASE, region);
        List<Checkpoint> sets = region.sets();
        standby.delivered(sets.get(0));
        assertThatThrownBy(() -> standby.delivered(sets.get(2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("delivered set 3 after set 1");
        standby.delivered(sets.get(1));
        standby.delivered(sets.get(2));
        assertThat(digest(standby)).isEqualTo(digest(desk));
    }

    @Test
    void delivered_unreadablePayload_isNotSkipped() {
        region.addForeign(Checkpoint.Kind.UPDATE, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> desk.delivered(region.sets().get(0))).isInstanceOf(IllegalStateException.class);
        assertThat(desk.status().sequence()).isZero();
        assertThat(desk.status().trouble()).contains("cannot be read");
    }

    @Test
    void delivered_baseThatDiffers_isTakenAndCounted() throws DeskException {
        desk.primary(term(1));
        desk.accept(batch());
        Desk standby = new Desk("beta", UPDATES_PER_BASE, region);
        standby.delivered(region.sets().get(0));
        DeskState other = new DeskState();
        other.apply(new Batch("someone", 1, "INTC", flow.take(3)));
        region.addForeign(Checkpoint.Kind.BASE, StateCodec.encode(other));

        standby.delivered(region.sets().get(1));
        assertThat(standby.status().activity().divergences()).isEqualTo(1);
        assertThat(standby.status().messages()).isEqualTo(3);
    }

    @Test
    void reset_afterFencing_startsEmptyAsStandby() throws DeskException {
        desk.primary(term(1));
        desk.accept(batch());
        desk.fenced();
        desk.reset();
        assertThat(desk.status().role()).isEqualTo(Role.STANDBY);
        assertThat(desk.status().messages()).isZero();

        region.sets().forEach(desk::delivered);
        assertThat(desk.status().messages()).isEqualTo(5);
    }

    @Test
    void accept_randomFailures_losesAndRepeatsNothing() throws Exception {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        DeskState expected = new DeskState();
        desk.primary(term(1));
        for (int count = 0; count < 500; count++) {
            Batch batch = batch();
            acceptInSpiteOfFailures(batch, random, "seed " + seed + ", batch " + count);
            expected.apply(batch);
        }
        // The last batch may have been taken while the region could not be read.
        region.failReads(null);
        assertThat(digest(desk)).as("seed " + seed).isEqualTo(Digest.of(expected));
        assertThat(Replica.of(region.recover()).digest()).as("seed " + seed).isEqualTo(Digest.of(expected));
    }

    private void acceptInSpiteOfFailures(Batch batch, RandomGenerator random, String description) {
        List<String> refusals = new ArrayList<>();
        for (int attempt = 0; attempt < 50; attempt++) {
            injectFailure(random);
            try {
                desk.accept(batch);
                return;
            } catch (DeskException refusal) {
                assertThat(refusal.reason().isRetryable()).as(description).isTrue();
                refusals.add(refusal.getMessage());
            }
        }
        throw new AssertionError(description + " was never accepted: " + refusals);
    }

    private void injectFailure(RandomGenerator random) {
        region.failReads(random.nextInt(10) == 0 ? unreachable(Durability.NOT_WRITTEN) : null);
        switch (random.nextInt(9)) {
            case 0 -> region.failAppend(unreachable(Durability.NOT_WRITTEN), false);
            case 1 -> region.failAppendAtCommit(unknown(), random.nextBoolean());
            case 2 -> region.failAppendAtCommit(null, random.nextBoolean());
            case 3 -> region.failOverwrite(unknown(), random.nextBoolean());
            case 4 -> region.failLedger();
            default -> {
                // This attempt goes well.
            }
        }
    }

    private void assertRefused(Batch batch, Reason reason) {
        assertThatThrownBy(() -> desk.accept(batch))
                .asInstanceOf(type(DeskException.class))
                .extracting(DeskException::reason)
                .isEqualTo(reason);
    }

    private Batch batch() {
        return new Batch("feeder", nextBatchId++, "AAPL", flow.take(5));
    }

    private static String digest(Desk desk) {
        return desk.view("AAPL", 0).orElseThrow().deskDigest();
    }

    private static CheckpointException unreachable(Durability durability) {
        return new UnitUnreachableException("no answer", "PMU-1", ErrorCategory.RETRY, durability, null);
    }

    private static CheckpointException unknown() {
        return new OutcomeUnknownException("broken", "PMU-5", ErrorCategory.RETRY, Durability.UNKNOWN, null);
    }

    private static CheckpointException full() {
        return new RegionFullException("full", "PMU-6", ErrorCategory.RETRY, Durability.NOT_WRITTEN, null);
    }

    private static PrimaryTerm term(long epoch) {
        return new PrimaryTerm() {
            @Override
            public String region() {
                return "orders";
            }

            @Override
            public long epoch() {
                return epoch;
            }

            @Override
            public List<InDoubtBranch> inDoubt() {
                return List.of();
            }

            @Override
            public List<ParkedSet> parked() {
                return List.of();
            }

            @Override
            public void handOver() {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean isValid() {
                return true;
            }
        };
    }
}
