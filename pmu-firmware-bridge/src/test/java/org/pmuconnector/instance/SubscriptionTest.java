package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.UnparkSet;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.DeliverySettings.PoisonPolicy;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/** Replicas that go on at the cursor of their subscription: what they take, they take exactly once. */
class SubscriptionTest extends InstanceFixture {

    private static final String SUBSCRIPTION = "settlement";

    private RunningInstance primary;
    private RegionConnection writer;

    @BeforeEach
    void write() throws Exception {
        primary = instance("primary");
        writer = keep(queue(primary).connect(null));
        writer.commit(List.of(update("1"), update("2"), update("3")));
    }

    private static Region queue(RunningInstance instance) throws PmuException {
        return instance.instance.region(RunningInstance.settings("orders", REGION_BYTES, Retention.CLEARED));
    }

    private static ReplicaSettings consumer(DeliverySettings delivery) {
        return RunningReplica.settings(Role.STANDBY, SUBSCRIPTION, Resume.CURSOR, delivery);
    }

    private static DeliverySettings tries(int maxSets, int maxRedeliveries, PoisonPolicy afterThat) {
        return new DeliverySettings(maxSets, Duration.ZERO, maxRedeliveries, afterThat);
    }

    /** A consumer that clears over a connection of its own, as one in a transaction does. */
    private RunningReplica consumer(RunningInstance instance, DeliverySettings delivery, RecordingListener listener)
            throws PmuException {
        Region region = queue(instance);
        RegionConnection clearing = keep(region.connect(null));
        listener.clearBy(clearing::clear);
        return keep(new RunningReplica(region, consumer(delivery), listener));
    }

    private RunningReplica consumer(RunningInstance instance) throws PmuException {
        return consumer(instance, DeliverySettings.ONE_BY_ONE, new RecordingListener());
    }

    private long cursor() throws PmuException {
        try (UnitConnection connection = primary.instance.connect()) {
            return connection.region("orders").getSubscriptions(0).getCursorSequence();
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for a condition").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static ErrorCode failure(ThrowingCallable call) {
        PmuException e = catchThrowableOfType(PmuException.class, call);
        return e == null ? null : e.code();
    }

    @Test
    void deliver_afterARestart_goesOnAtTheCursor() throws Exception {
        RunningInstance b = instance("b");
        RunningReplica first = consumer(b);
        first.listener.awaitCall("3");
        first.close();
        assertThat(cursor()).isEqualTo(3);
        writer.commit(List.of(update("4")));

        RunningReplica second = consumer(b);

        second.listener.awaitCall("4");
        assertThat(second.listener.calls()).containsExactly("4");
    }

    @Test
    void deliver_failsAfterItCleared_isNotRepeated() throws Exception {
        RunningInstance b = instance("b");
        RecordingListener listener = new RecordingListener();
        RegionConnection clearing = keep(queue(b).connect(null));
        listener.clearBy(move -> {
            clearing.clear(move);
            if (move.sequence() == 2) {
                throw new IllegalStateException("the outcome of the transaction is not known");
            }
        });
        keep(new RunningReplica(queue(b), consumer(DeliverySettings.ONE_BY_ONE), listener));

        listener.awaitCall("3");

        // What committed with 2 is not seen by this listener, which failed; but it is not delivered again.
        assertThat(listener.calls()).containsExactly("1", "3");
        assertThat(listener.attempts()).isEqualTo(3);
    }

    @Test
    void deliver_twoServersWithOneSubscription_oneWaitsForTheOther() throws Exception {
        RunningInstance b = instance("b");
        RunningReplica first = consumer(b);
        first.listener.awaitCall("3");
        Region seenByC = queue(instance("c"));
        RecordingListener listener = new RecordingListener();
        RegionConnection clearing = keep(seenByC.connect(null));
        listener.clearBy(clearing::clear);
        keep(new RunningReplica(seenByC, consumer(DeliverySettings.ONE_BY_ONE), listener));
        await(() -> seenByC.statistics().lastFailure() != null);
        assertThat(seenByC.statistics().lastFailure().text()).contains("in use by instance b");
        writer.commit(List.of(update("4")));
        first.listener.awaitCall("4");

        b.close();
        writer.commit(List.of(update("5")));

        listener.awaitCall("5");
        assertThat(listener.calls()).containsExactly("5");
    }

    @Test
    void deliver_twoActivationsInOneServer_oneWaitsForTheOther() throws Exception {
        RunningInstance b = instance("b");
        RunningReplica first = consumer(b);
        first.listener.awaitCall("3");
        RunningReplica second = consumer(b);

        first.close();
        writer.commit(List.of(update("4")));

        second.listener.awaitCall("4");
        assertThat(second.listener.calls()).containsExactly("4");
    }

    @Test
    void clear_ofAFormerConsumer_isRefused() throws Exception {
        RunningInstance b = instance("b");
        RecordingListener listener = new RecordingListener();
        CursorMove[] last = new CursorMove[1];
        RegionConnection clearing = keep(queue(b).connect(null));
        listener.clearBy(move -> {
            last[0] = new CursorMove(move.subscription(), move.sequence() + 1, move.ownerToken());
            clearing.clear(move);
        });
        RunningReplica first = keep(new RunningReplica(queue(b), consumer(DeliverySettings.ONE_BY_ONE), listener));
        listener.awaitCall("3");
        first.close();
        assertThat(failure(() -> clearing.clear(last[0]))).isEqualTo(ErrorCode.SUBSCRIPTION_IN_USE);
        consumer(instance("c"));
        await(() -> failure(() -> clearing.clear(new CursorMove(SUBSCRIPTION, 3, 0))) != null);

        assertThat(failure(() -> clearing.clear(last[0]))).isEqualTo(ErrorCode.SUBSCRIPTION_IN_USE);
        assertThat(failure(() -> clearing.prepareClear(branch(1, "b"), last[0])))
                .isEqualTo(ErrorCode.SUBSCRIPTION_IN_USE);

        assertThat(cursor()).isEqualTo(3);
    }

    @Test
    void prepareClear_unitRestarts_isKeptAndHoldsDeliveryUntilItIsSettled() throws Exception {
        RunningInstance b = instance("b");
        RegionConnection taker = keep(queue(b).connect(SUBSCRIPTION));
        BranchId branch = branch(1, "b");
        taker.prepareClear(branch, taker.clearing(2));
        taker.prepareClear(branch, taker.clearing(2));
        closeAll();

        primary = instance("primary");
        RunningInstance again = instance("b");
        RegionConnection settling = keep(queue(again).connect(null));
        assertThat(settling.inDoubt()).containsExactly(branch);
        assertThat(cursor()).isZero();
        RunningReplica consumer = consumer(again);
        await(() -> {
            Failure failure = queueOf(again).statistics().lastFailure();
            return failure != null && failure.text().contains("in doubt");
        });
        assertThat(consumer.listener.calls()).isEmpty();

        settling.settleClear(branch, true);

        consumer.listener.awaitCall("3");
        assertThat(consumer.listener.calls()).containsExactly("3");
        assertThat(settling.inDoubt()).isEmpty();
        assertThat(failure(() -> settling.settleClear(branch, true))).isEqualTo(ErrorCode.BRANCH_UNKNOWN);
    }

    @Test
    void follow_clearInDoubtIsCommittedMeanwhile_goesOnBehindIt() throws Exception {
        RegionConnection taker = keep(queue(instance("b")).connect(SUBSCRIPTION));
        BranchId branch = branch(1, "b");
        taker.prepareClear(branch, taker.clearing(2));
        FaultyFabric fabric = new FaultyFabric(new EmbeddedFabric(address));
        fabric.behindNext(
                Request::hasSubscribe,
                () -> assertThatCode(() -> taker.settleClear(branch, true)).doesNotThrowAnyException());

        RunningReplica consumer = consumer(keep(new RunningInstance("c", fabric)));

        consumer.listener.awaitCall("3");
        assertThat(consumer.listener.calls()).containsExactly("3");
    }

    private static Region queueOf(RunningInstance instance) {
        try {
            return queue(instance);
        } catch (PmuException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void settleClear_rolledBack_deliversAgain() throws Exception {
        RunningInstance b = instance("b");
        RegionConnection taker = keep(queue(b).connect(SUBSCRIPTION));
        taker.prepareClear(branch(1, "b"), taker.clearing(2));

        taker.settleClear(branch(1, "b"), false);

        RunningReplica consumer = consumer(b);
        consumer.listener.awaitCall("3");
        assertThat(consumer.listener.calls()).containsExactly("1", "2", "3");
    }

    @Test
    void prepareClear_ofAnotherInstancesBranch_isRefused() throws Exception {
        RegionConnection taker = keep(queue(instance("b")).connect(SUBSCRIPTION));
        assertThat(failure(() -> taker.prepareClear(branch(1, "c"), taker.clearing(2))))
                .isEqualTo(ErrorCode.NOT_AUTHORIZED);
        assertThat(failure(() -> taker.settleClear(branch(1, "c"), true))).isEqualTo(ErrorCode.NOT_AUTHORIZED);
    }

    @Test
    void prepareClear_moreThanTheRegionKeeps_isRefused() throws Exception {
        RegionConnection taker = keep(queue(instance("b")).connect(SUBSCRIPTION));
        for (int i = 0; i < 8; i++) {
            taker.prepareClear(branch(i, "b"), taker.clearing(1));
        }
        assertThat(failure(() -> taker.prepareClear(branch(8, "b"), taker.clearing(1))))
                .isEqualTo(ErrorCode.LIMIT_REACHED);
    }

    @Test
    void deliver_batch_waitsUntilItIsFull() throws Exception {
        RecordingListener listener = new RecordingListener();
        consumer(instance("b"), new DeliverySettings(2, Duration.ofHours(1), 0, PoisonPolicy.STOP), listener);
        listener.awaitCall("2");

        writer.commit(List.of(update("4")));

        listener.awaitCall("4");
        assertThat(listener.batches()).containsExactly(2, 2);
    }

    @Test
    void deliver_batchThatNothingFills_comesWhenItsTimeIsOver() throws Exception {
        RecordingListener listener = new RecordingListener();
        consumer(instance("b"), new DeliverySettings(2, Duration.ofMillis(50), 0, PoisonPolicy.STOP), listener);

        listener.awaitCall("3");

        assertThat(listener.batches()).containsExactly(2, 1);
    }

    @Test
    void deliver_poisonInABatch_isTriedAloneAndStopsTheReplica() throws Exception {
        RecordingListener listener = new RecordingListener();
        listener.failOn("2");
        RunningInstance b = instance("b");
        consumer(b, tries(3, 2, PoisonPolicy.STOP), listener);

        await(() -> queueOf(b).statistics().role() == RegionRole.DOWN);

        assertThat(listener.calls()).containsExactly("1");
        // The batch, 1 alone, and 2 alone three times.
        assertThat(listener.attempts()).isEqualTo(5);
        assertThat(queueOf(b).statistics().lastFailure().text()).contains("stopped at set 2", "cannot take 2");
        assertThat(cursor()).isEqualTo(1);
    }

    @Test
    void deliver_poisonOfAPrimary_givesTheRegionUp() throws Exception {
        primary.close();
        RecordingListener listener = new RecordingListener();
        listener.failOn("3");
        RunningInstance b = instance("b");
        Region region = queue(b);
        keep(new RunningReplica(
                region,
                RunningReplica.settings(Role.AUTO, null, Resume.BASE, tries(1, 1, PoisonPolicy.STOP)),
                listener));
        await(() -> region.statistics().role() == RegionRole.DOWN);

        RunningReplica other = keep(new RunningReplica(queue(instance("c")), Role.AUTO));

        other.listener.awaitCall("3");
        other.listener.await(calls -> calls.stream().anyMatch(call -> call.startsWith("primary:")));
        assertThat(listener.calls()).containsExactly("1", "2");
    }

    @Test
    void deliver_poison_isParkedKeptAndListedInTheTerm() throws Exception {
        RecordingListener listener = new RecordingListener();
        listener.failOn("2");
        consumer(instance("b"), tries(1, 1, PoisonPolicy.PARK), listener);
        listener.awaitCall("3");
        assertThat(listener.calls()).containsExactly("1", "3");
        fill();
        // It is not freed, so that it can be read still.
        assertThat(texts(writer.recover())).contains("2");
        primary.close();

        RunningReplica next = keep(new RunningReplica(queue(instance("c")), Role.AUTO));

        next.listener.await(calls -> calls.stream().anyMatch(call -> call.startsWith("primary:")));
        assertThat(next.listener.term().parked()).singleElement().satisfies(parked -> {
            assertThat(parked.subscription()).isEqualTo(SUBSCRIPTION);
            assertThat(parked.sequence()).isEqualTo(2);
            assertThat(parked.reason()).contains("IllegalStateException");
        });
    }

    @Test
    void unpark_letsTheRoomGo() throws Exception {
        RecordingListener listener = new RecordingListener();
        listener.failOn("2");
        consumer(instance("b"), tries(1, 1, PoisonPolicy.PARK), listener);
        listener.awaitCall("3");
        fill();

        try (EmbeddedFabric fabric = new EmbeddedFabric(address);
                UnitClient tool = UnitClient.tool(fabric)) {
            Request.Builder unpark = Request.newBuilder()
                    .setUnparkSet(UnparkSet.newBuilder()
                            .setRegion("orders")
                            .setSubscription(SUBSCRIPTION)
                            .setSequence(2));
            tool.call(unpark);
            assertThat(failure(() -> tool.call(unpark))).isEqualTo(ErrorCode.BAD_CONFIGURATION);
        }

        // The consumer clears what it takes: at some time there is room again.
        await(() -> failure(() -> writer.commit(List.of(update("more")))) == null);
    }

    private void fill() {
        byte[] payload = new byte[64 << 10];
        await(() -> failure(() -> writer.commit(List.of(PendingSet.update(payload, 0)))) == ErrorCode.REGION_FULL);
    }

    @Test
    void park_retentionByBase_stopsInstead() throws Exception {
        RunningInstance b = instance("b");
        RegionConnection other = keep(b.instance
                .region(RunningInstance.settings("books", REGION_BYTES, Retention.BASE))
                .connect(null));
        Region region = other.region();
        other.commit(List.of(update("x")));
        RecordingListener listener = new RecordingListener();
        listener.failOn("x");
        listener.clearBy(other::clear);
        keep(new RunningReplica(
                b.instance.region(RunningInstance.settings("books", REGION_BYTES, Retention.BASE)),
                consumer(tries(1, 1, PoisonPolicy.PARK)),
                listener));

        await(() -> region.statistics().lastFailure() != null
                && region.statistics().lastFailure().text().contains("cannot be parked"));
    }

    /** A region that keeps what its newest base does not cover, and has had far more. */
    private RegionConnection booksWithFreedSets(RunningInstance instance) throws PmuException {
        RegionConnection books = keep(instance.instance
                .region(RunningInstance.settings("books", REGION_BYTES, Retention.BASE))
                .connect(null));
        byte[] payload = new byte[64 << 10];
        for (int i = 0; i < 40; i++) {
            books.commit(List.of(PendingSet.update(payload, 0)));
            books.commit(List.of(PendingSet.baseOfAll(new byte[] {'b'}, 0, books.committedSequence())));
        }
        return books;
    }

    @Test
    void startAtCursor_setsWereFreed_isToldToForgetAndBeginsAnew() throws Exception {
        RegionConnection books = booksWithFreedSets(instance("b"));
        RecordingListener listener = new RecordingListener();
        RegionConnection clearing = keep(books.region().connect(null));
        listener.clearBy(clearing::clear);

        keep(new RunningReplica(books.region(), consumer(DeliverySettings.ONE_BY_ONE), listener));

        listener.awaitCall("base:b");
        assertThat(listener.calls()).containsExactly("reset", "base:b");
    }

    @Test
    void startAtCursor_anotherServerTookTheBaseMeanwhile_goesOnBehindIt() throws Exception {
        RunningInstance b = instance("b");
        RegionConnection books = booksWithFreedSets(b);
        RecordingListener listener = new RecordingListener();
        listener.clearBy(books::clear);
        RegionReplica missing = books.region().replica(consumer(DeliverySettings.ONE_BY_ONE), listener);
        assertThat(missing.step()).as("begins anew at once").isZero();
        assertThat(missing.role()).isEqualTo(RegionRole.JOINING);
        Region seenByC = instance("c").instance.region(RunningInstance.settings("books", REGION_BYTES, Retention.BASE));
        RecordingListener taker = new RecordingListener();
        RegionConnection clearing = keep(seenByC.connect(null));
        taker.clearBy(clearing::clear);
        RunningReplica other = new RunningReplica(seenByC, consumer(DeliverySettings.ONE_BY_ONE), taker);
        books.commit(List.of(update("taken")));
        taker.awaitCall("taken");
        other.close();
        books.commit(List.of(update("left")));

        await(() -> {
            missing.step();
            return listener.calls().contains("left");
        });

        assertThat(taker.calls()).containsExactly("reset", "base:b", "taken");
        assertThat(listener.calls()).containsExactly("left");
    }
}
