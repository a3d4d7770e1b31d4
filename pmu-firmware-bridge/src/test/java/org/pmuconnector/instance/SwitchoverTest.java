package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.SwitchOver;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCategory;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** The primary's role goes to another instance because somebody wants it to. */
class SwitchoverTest extends InstanceFixture {

    private static final int WRITES = 200;

    private RunningInstance a;
    private RunningInstance b;
    private RunningReplica first;
    private RunningReplica second;

    private void startBoth() throws Exception {
        a = instance("a");
        first = keep(new RunningReplica(a.region("orders", REGION_BYTES), Role.AUTO));
        first.listener.awaitCall("primary:1");
        b = instance("b");
        second = keep(new RunningReplica(b.region("orders", REGION_BYTES), Role.AUTO));
        connect(a).commit(List.of(update("0")));
        second.listener.awaitCall("0");
        awaitCandidates(2);
    }

    /** The manager hears a little later than the application who stands by. */
    private void awaitCandidates(int count) throws PmuException {
        try (EmbeddedFabric fabric = new EmbeddedFabric(address);
                UnitClient tool = UnitClient.tool(fabric)) {
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (tool.region("orders").getCandidatesCount() < count) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }
    }

    private void switchOver(String to, boolean force) throws PmuException {
        try (EmbeddedFabric fabric = new EmbeddedFabric(address);
                UnitClient tool = UnitClient.tool(fabric)) {
            tool.call(Request.newBuilder()
                    .setSwitchOver(SwitchOver.newBuilder()
                            .setRegion("orders")
                            .setToInstance(to)
                            .setForce(force)));
        }
    }

    private static ErrorCode failure(ThrowingCallable call) {
        PmuException e = catchThrowableOfType(PmuException.class, call);
        return e == null ? null : e.code();
    }

    @RepeatedTest(5)
    void switchOver_whileWriting_losesNothingAndFailsOnlyWhatARetryCures() throws Exception {
        startBoth();
        List<String> acknowledged = Collections.synchronizedList(new ArrayList<>(List.of("0")));
        List<String> unexpected = Collections.synchronizedList(new ArrayList<>());
        Thread writing = new Thread(() -> {
            for (int i = 1; i <= WRITES; i++) {
                write(String.valueOf(i), acknowledged, unexpected);
            }
        });
        writing.start();

        switchOver("", false);

        second.listener.awaitCall("primary:2");
        first.listener.awaitCall("fenced:1");
        writing.join();
        assertThat(unexpected).isEmpty();
        assertThat(texts(connect(instance("c")).recover())).isEqualTo(acknowledged);
        first.listener.awaitCall(String.valueOf(WRITES));
        assertThat(first.listener.calls()).contains("reset");
    }

    /** As an application does: at one server after the other, until one takes it. */
    private void write(String text, List<String> acknowledged, List<String> unexpected) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        for (int attempt = 0; System.nanoTime() < deadline; attempt++) {
            RunningInstance instance = attempt % 2 == 0 ? a : b;
            try (RegionConnection connection = instance.connect("orders", REGION_BYTES)) {
                connection.commit(List.of(update(text)));
                acknowledged.add(text);
                return;
            } catch (PmuException e) {
                boolean cured = e.code().category() == ErrorCategory.RETRY || e.code() == ErrorCode.FENCED_OFF;
                if (!cured || e.durability() != Durability.NOT_WRITTEN) {
                    unexpected.add(text + ": " + e.code() + " " + e.getMessage());
                    return;
                }
            }
        }
        unexpected.add(text + ": nobody took it");
    }

    @Test
    void switchOver_connectionThatHasWritten_readsOn() throws Exception {
        startBoth();
        RegionConnection connection = connect(a);
        connection.commit(List.of(update("1")));

        switchOver("", false);

        second.listener.awaitCall("primary:2");
        first.listener.awaitCall("fenced:1");
        connect(b).commit(List.of(update("2")));
        assertThat(texts(connection.recover())).containsExactly("0", "1", "2");
        assertThat(connection.committedSequence()).isEqualTo(3);
        assertThat(connection.inDoubt()).isEmpty();
    }

    /** Before the instance hears of its end, too: the unit does not wait for that. */
    @RepeatedTest(5)
    void takeover_whileReadingWhereWasWritten_failsOnlyWhatARetryCures() throws Exception {
        startBoth();
        CountDownLatch reading = new CountDownLatch(1);
        List<ErrorCode> failures = new ArrayList<>();
        FutureTask<Void> reader = new FutureTask<>(() -> {
            try (RegionConnection connection = a.connect("orders", REGION_BYTES)) {
                connection.commit(List.of(update("1")));
                while (!first.listener.calls().contains("fenced:1")) {
                    connection.recover();
                    reading.countDown();
                }
            } catch (PmuException e) {
                failures.add(e.code());
                assertThat(e.durability()).isEqualTo(Durability.NOT_WRITTEN);
            }
            return null;
        });
        new Thread(reader, "reader").start();
        reading.await();

        switchOver("", true);

        second.listener.awaitCall("primary:2");
        reader.get();
        assertThat(failures).isSubsetOf(ErrorCode.CONNECTION_LOST);
    }

    @Test
    void handOver_byThePrimaryItself_makesTheOtherThePrimary() throws Exception {
        startBoth();

        first.listener.term().handOver("b");

        second.listener.awaitCall("primary:2");
        first.listener.awaitCall("fenced:1");
        assertThat(failure(() -> first.listener.term().handOver(""))).isEqualTo(ErrorCode.NOT_PRIMARY);
        second.listener.term().handOver("");
        first.listener.awaitCall("primary:3");
    }

    @Test
    void switchOver_withoutAStandby_isRefusedAndChangesNothing() throws Exception {
        a = instance("a");
        first = keep(new RunningReplica(a.region("orders", REGION_BYTES), Role.AUTO));
        first.listener.awaitCall("primary:1");

        assertThat(failure(() -> switchOver("", false))).isEqualTo(ErrorCode.NO_STANDBY);
        assertThat(failure(() -> switchOver("a", false))).isEqualTo(ErrorCode.NO_STANDBY);
        assertThat(failure(() -> switchOver("b", true))).isEqualTo(ErrorCode.NO_STANDBY);

        connect(a).commit(List.of(update("1")));
        assertThat(first.listener.calls()).containsExactly("primary:1");
    }

    @Test
    void takeFromPrimary_thatHangs_fencesItAndTellsItLater() throws Exception {
        startBoth();

        switchOver("b", true);

        second.listener.awaitCall("primary:2");
        first.listener.awaitCall("fenced:1");
        connect(b).commit(List.of(update("1")));
        first.listener.awaitCall("1");
        assertThat(failure(() -> connect(a).commit(List.of(update("2"))))).isEqualTo(ErrorCode.NOT_PRIMARY);
    }
}
