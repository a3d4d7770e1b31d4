package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.pmuconnector.control.wire.ForgetBranch;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.ResolveBranch;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Branches in doubt whose region has another primary, or none: invariant I15, and an administrator's decisions. */
class InDoubtTest extends InstanceFixture {

    private static final BranchId BRANCH = branch(1, "a");

    private RunningReplica replica(RunningInstance instance, Role role) throws PmuException {
        return keep(new RunningReplica(instance.region("orders", REGION_BYTES), role));
    }

    private static ErrorCode failure(ThrowingCallable call) {
        PmuException e = catchThrowableOfType(PmuException.class, call);
        return e == null ? null : e.code();
    }

    /** Instance a prepares a branch and is gone. */
    private void prepareAndGo() throws Exception {
        RunningInstance a = instance("a");
        RegionConnection connection = connect(a);
        connection.commit(List.of(update("1")));
        connection.prepare(BRANCH, List.of(update("p1"), update("p2")));
        a.close();
    }

    private void decide(BranchId branch, boolean commit) throws PmuException {
        try (EmbeddedFabric fabric = new EmbeddedFabric(address);
                UnitClient tool = UnitClient.tool(fabric)) {
            tool.call(Request.newBuilder()
                    .setResolveBranch(ResolveBranch.newBuilder()
                            .setRegion("orders")
                            .setBranch(Branches.toWire(branch))
                            .setCommit(commit)));
        }
    }

    /** Several times: the primary may write the outcome at any moment of what follows. */
    @RepeatedTest(10)
    void commit_anotherIsPrimary_reachesItsListenerAndTheLog() throws Exception {
        prepareAndGo();
        RunningInstance b = instance("b");
        RunningReplica primary = replica(b, Role.AUTO);
        primary.listener.awaitCall("primary:2");
        assertThat(primary.listener.term().inDoubt()).hasSize(1);
        RunningInstance again = instance("a");
        replica(again, Role.STANDBY);
        RegionConnection decider = connect(again);
        assertThat(decider.inDoubt()).containsExactly(BRANCH);
        connect(b).commit(List.of(update("2")));

        decider.commitPrepared(BRANCH);

        assertThat(decider.inDoubt()).isEmpty();
        primary.listener.awaitCall("p2");
        assertThat(primary.listener.calls()).containsExactly("1", "primary:2", "p1", "p2");
        assertThat(texts(connect(b).recover())).containsExactly("1", "2", "p1", "p2");
        awaitNoResolution(b);
        // The transaction manager may not have heard the answer.
        assertThat(failure(() -> decider.commitPrepared(BRANCH))).isEqualTo(ErrorCode.BRANCH_UNKNOWN);
    }

    @Test
    void rollback_anotherIsPrimary_leavesNoTrace() throws Exception {
        prepareAndGo();
        RunningInstance b = instance("b");
        RunningReplica primary = replica(b, Role.AUTO);
        primary.listener.awaitCall("primary:2");
        RunningInstance again = instance("a");
        replica(again, Role.STANDBY);

        connect(again).rollbackPrepared(BRANCH);

        awaitNoResolution(b);
        assertThat(texts(connect(b).recover())).containsExactly("1");
        assertThat(primary.listener.calls()).containsExactly("1", "primary:2");
    }

    @Test
    void commit_nobodyIsPrimary_isTheFirstThingThatTheNextOneWrites() throws Exception {
        prepareAndGo();
        RunningInstance again = instance("a");
        replica(again, Role.STANDBY);
        RegionConnection decider = connect(again);

        decider.commitPrepared(BRANCH);
        // Once more, as after an answer that was lost.
        decider.commitPrepared(BRANCH);

        assertThat(decider.inDoubt()).isEmpty();
        assertThat(texts(decider.recover())).containsExactly("1");
        RunningInstance b = instance("b");
        RunningReplica primary = replica(b, Role.AUTO);
        primary.listener.awaitCall("p2");
        assertThat(texts(connect(b).recover())).containsExactly("1", "p1", "p2");
    }

    @Test
    void commit_unitRestartedBeforeAnyPrimary_isNotForgotten() throws Exception {
        prepareAndGo();
        RunningInstance again = instance("a");
        RunningReplica standby = replica(again, Role.STANDBY);
        connect(again).commitPrepared(BRANCH);
        standby.close();
        closeAll();

        RunningInstance b = instance("b");

        assertThat(connect(b).committedSequence()).isEqualTo(1);
        connect(b).commit(List.of(update("2")));
        assertThat(texts(connect(b).recover())).containsExactly("1", "p1", "p2", "2");
    }

    @Test
    void commit_primaryWithoutAnActivation_writesItBeforeItsNextCommit() throws Exception {
        prepareAndGo();
        RunningInstance b = instance("b");
        RegionConnection writer = connect(b);
        writer.commit(List.of(update("2")));
        RunningInstance again = instance("a");
        replica(again, Role.STANDBY);
        connect(again).commitPrepared(BRANCH);

        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!texts(connect(again).recover()).contains("p1")) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            writer.commit(List.of(update("x")));
        }

        awaitNoResolution(b);
    }

    @Test
    void administratorsDecision_isWrittenToldAndForgotten() throws Exception {
        prepareAndGo();
        RunningInstance b = instance("b");
        RunningReplica primary = replica(b, Role.AUTO);
        primary.listener.awaitCall("primary:2");

        decide(BRANCH, true);

        primary.listener.awaitCall("p2");
        RunningInstance again = instance("a");
        replica(again, Role.STANDBY);
        RegionConnection decider = connect(again);
        assertThat(decider.inDoubt()).containsExactly(BRANCH);
        assertThat(failure(() -> decider.rollbackPrepared(BRANCH))).isEqualTo(ErrorCode.BRANCH_COMMITTED);
        assertThat(failure(() -> decider.commitPrepared(BRANCH))).isEqualTo(ErrorCode.BRANCH_COMMITTED);
        forgetWhenWritten(decider);
        assertThat(decider.inDoubt()).isEmpty();
        assertThat(failure(() -> decider.commitPrepared(BRANCH))).isEqualTo(ErrorCode.BRANCH_UNKNOWN);
    }

    private static void forgetWhenWritten(RegionConnection decider) throws PmuException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (true) {
            try {
                decider.forget(BRANCH);
                return;
            } catch (PmuException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.BRANCH_UNKNOWN);
                assertThat(System.nanoTime()).as(e.getMessage()).isLessThan(deadline);
            }
        }
    }

    @Test
    void administratorsDecision_whileTheInstanceIsPrimary_isToldToItsOwnTransactionManager() throws Exception {
        RunningInstance a = instance("a");
        RunningReplica primary = replica(a, Role.AUTO);
        primary.listener.awaitCall("primary:1");
        RegionConnection connection = connect(a);
        connection.prepare(BRANCH, List.of(update("p1")));

        decide(BRANCH, false);

        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!a.region("orders", REGION_BYTES).queue().inDoubt().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
        assertThat(failure(() -> connection.commitPrepared(BRANCH))).isEqualTo(ErrorCode.BRANCH_ROLLED_BACK);
        assertThat(connection.inDoubt()).containsExactly(BRANCH);
        assertThat(texts(connection.recover())).isEmpty();
    }

    @Test
    void resolve_anotherInstancesBranch_isRefused() throws Exception {
        prepareAndGo();
        RunningInstance b = instance("b");
        RegionConnection writer = connect(b);
        writer.commit(List.of(update("2")));
        RunningInstance c = instance("c");
        replica(c, Role.STANDBY);
        RegionConnection stranger = connect(c);

        assertThat(stranger.inDoubt()).isEmpty();
        assertThat(failure(() -> stranger.commitPrepared(BRANCH))).isEqualTo(ErrorCode.NOT_AUTHORIZED);
        assertThat(failure(() -> stranger.commitPrepared(branch(2, "c")))).isEqualTo(ErrorCode.BRANCH_UNKNOWN);
        assertThat(texts(connect(b).recover())).containsExactly("1", "2");
    }

    @Test
    void resolve_moreThanOnePageHolds_isRefusedAndRefusesNothingElse() throws Exception {
        prepareAndGo();
        for (int i = 10; i < 18; i++) {
            decide(branch(i, "a"), true);
        }

        assertThat(failure(() -> decide(BRANCH, true))).isEqualTo(ErrorCode.LIMIT_REACHED);
        decide(branch(10, "a"), false);

        RunningInstance b = instance("b");
        RegionConnection writer = connect(b);
        writer.commit(List.of(update("2")));
        // Decisions about branches that the log does not know stay until somebody forgets them.
        forget(branch(10, "a"));
        decide(BRANCH, true);
        assertThat(failure(() -> forget(branch(10, "a")))).isEqualTo(ErrorCode.BRANCH_UNKNOWN);
    }

    private void forget(BranchId branch) throws PmuException {
        try (EmbeddedFabric fabric = new EmbeddedFabric(address);
                UnitClient tool = UnitClient.tool(fabric)) {
            tool.call(Request.newBuilder()
                    .setForgetBranch(
                            ForgetBranch.newBuilder().setRegion("orders").setBranch(Branches.toWire(branch))));
        }
    }

    private static void awaitNoResolution(RunningInstance instance) throws Exception {
        long deadline = System.nanoTime() + 10_000_000_000L;
        try (UnitConnection unit = instance.instance.connect()) {
            while (unit.region("orders").getResolutionsCount() > 0) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
    }
}
