package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static javax.transaction.xa.XAResource.TMENDRSCAN;
import static javax.transaction.xa.XAResource.TMFAIL;
import static javax.transaction.xa.XAResource.TMJOIN;
import static javax.transaction.xa.XAResource.TMNOFLAGS;
import static javax.transaction.xa.XAResource.TMONEPHASE;
import static javax.transaction.xa.XAResource.TMRESUME;
import static javax.transaction.xa.XAResource.TMSTARTRSCAN;
import static javax.transaction.xa.XAResource.TMSUCCESS;
import static javax.transaction.xa.XAResource.TMSUSPEND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;

/** A managed connection as a resource manager: Jakarta Transactions 3.4, X/Open XA chapters 3 and 6. */
class CheckpointXaResourceTest {

    private final FakeRegion region = new FakeRegion();
    private final CheckpointManagedConnection managed = region.managedConnection();
    private final FakeLink link = region.lastLink();
    private final XAResource xa = managed.getXAResource();
    private final Xid xid = new TestXid(1);

    private static CheckpointConnection handle(CheckpointManagedConnection managed) throws Exception {
        return (CheckpointConnection) managed.getConnection(null, null);
    }

    private void write(String payload) throws Exception {
        try (CheckpointConnection connection = handle(managed)) {
            connection.append(payload.getBytes(UTF_8));
        }
    }

    private void work(Xid branch, String payload) throws Exception {
        xa.start(branch, TMNOFLAGS);
        write(payload);
        xa.end(branch, TMSUCCESS);
    }

    private static void assertRefused(int xaCode, ThrowingCallable call) {
        assertThatExceptionOfType(XAException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.errorCode).isEqualTo(xaCode));
    }

    @Test
    void commitOnePhase_setsWritten_writesOneGroup() throws Exception {
        xa.start(xid, TMNOFLAGS);
        write("a");
        write("b");
        xa.end(xid, TMSUCCESS);
        assertThat(region.payloads()).isEmpty();

        xa.commit(new TestXid(1), true);

        assertThat(region.payloads()).containsExactly("a", "b");
        assertThat(link.calls).containsExactly("commit 2");
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void commitOnePhase_nothingWritten_asksNothingOfTheUnit() throws Exception {
        xa.start(xid, TMNOFLAGS);
        xa.end(xid, TMSUCCESS);

        xa.commit(xid, true);

        assertThat(link.calls).isEmpty();
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void prepareAndCommit_setsWritten_waitInTheLogForTheOutcome() throws Exception {
        work(xid, "a");

        assertThat(xa.prepare(xid)).isEqualTo(XAResource.XA_OK);
        assertThat(region.payloads()).isEmpty();
        assertThat(region.store.prepared).hasSize(1);
        xa.commit(xid, false);

        assertThat(region.payloads()).containsExactly("a");
        assertThat(link.calls).containsExactly("prepare 1", "commitPrepared");
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void prepare_nothingWritten_votesReadOnlyAndForgets() throws Exception {
        xa.start(xid, TMNOFLAGS);
        try (CheckpointConnection connection = handle(managed)) {
            connection.recover();
        }
        xa.end(xid, TMSUCCESS);

        assertThat(xa.prepare(xid)).isEqualTo(XAResource.XA_RDONLY);
        assertThat(region.region.branches().size()).isZero();
        assertRefused(XAException.XAER_NOTA, () -> xa.commit(xid, false));
    }

    @Test
    void rollback_beforePrepare_leavesNoTrace() throws Exception {
        work(xid, "a");

        xa.rollback(xid);

        assertThat(region.payloads()).isEmpty();
        assertThat(link.calls).isEmpty();
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void rollback_afterPrepare_settlesItInTheLog() throws Exception {
        work(xid, "a");
        xa.prepare(xid);

        xa.rollback(xid);

        assertThat(region.payloads()).isEmpty();
        assertThat(region.store.prepared).isEmpty();
        assertThat(link.calls).containsExactly("prepare 1", "rollbackPrepared");
    }

    @Test
    void endWithFailure_thenCommit_rollsBack() throws Exception {
        xa.start(xid, TMNOFLAGS);
        write("a");
        xa.end(xid, TMFAIL);

        assertRefused(XAException.XA_RBROLLBACK, () -> xa.commit(xid, true));
        assertThat(region.payloads()).isEmpty();
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void suspend_meanwhileAnotherBranch_keepsThemApart() throws Exception {
        Xid other = new TestXid(2);
        xa.start(xid, TMNOFLAGS);
        write("a");
        xa.end(xid, TMSUSPEND);
        work(other, "x");
        assertRefused(XAException.XAER_PROTO, () -> xa.prepare(xid));
        xa.start(xid, TMRESUME);
        write("b");
        xa.end(xid, TMSUCCESS);

        xa.rollback(other);
        xa.commit(xid, true);

        assertThat(region.payloads()).containsExactly("a", "b");
    }

    @Test
    void suspend_endedWithoutResume_isIdle() throws Exception {
        xa.start(xid, TMNOFLAGS);
        write("a");
        xa.end(xid, TMSUSPEND);
        xa.end(xid, TMSUCCESS);

        xa.commit(xid, true);

        assertThat(region.payloads()).containsExactly("a");
    }

    @Test
    void join_fromAnotherConnection_isOneGroupInOrder() throws Exception {
        CheckpointManagedConnection second = region.managedConnection();
        XAResource secondXa = second.getXAResource();
        assertThat(xa.isSameRM(secondXa)).isTrue();
        xa.start(xid, TMNOFLAGS);
        secondXa.start(xid, TMJOIN);
        write("a");
        try (CheckpointConnection connection = handle(second)) {
            connection.append("b".getBytes(UTF_8));
        }
        write("c");
        xa.end(xid, TMSUCCESS);
        assertRefused(XAException.XAER_PROTO, () -> xa.prepare(xid));
        secondXa.end(xid, TMSUCCESS);

        secondXa.commit(xid, true);

        assertThat(region.payloads()).containsExactly("a", "b", "c");
        assertThat(region.links.get(1).calls).containsExactly("commit 3");
    }

    @Test
    void isSameRM_anotherRegion_isFalse() {
        assertThatExceptionOfType(XAException.class).isThrownBy(() -> xa.start(xid, TMJOIN));
        XAResource foreign = new FakeRegion().managedConnection().getXAResource();

        assertSame(foreign, false);
        assertSame(xa, true);
    }

    private void assertSame(XAResource other, boolean expected) {
        try {
            assertThat(xa.isSameRM(other)).isEqualTo(expected);
        } catch (XAException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void start_outOfOrder_isRefusedByItsCode() throws Exception {
        xa.start(xid, TMNOFLAGS);
        assertRefused(XAException.XAER_PROTO, () -> xa.start(new TestXid(2), TMNOFLAGS));
        xa.end(xid, TMSUCCESS);

        assertRefused(XAException.XAER_DUPID, () -> xa.start(xid, TMNOFLAGS));
        assertRefused(XAException.XAER_NOTA, () -> xa.start(new TestXid(2), TMJOIN));
        assertRefused(XAException.XAER_NOTA, () -> xa.start(new TestXid(2), TMRESUME));
        assertRefused(XAException.XAER_PROTO, () -> xa.start(xid, TMRESUME));
        assertRefused(XAException.XAER_INVAL, () -> xa.start(new TestXid(2), TMONEPHASE));
        assertRefused(XAException.XAER_INVAL, () -> xa.start(null, TMNOFLAGS));
    }

    @Test
    void end_outOfOrder_isRefusedByItsCode() throws Exception {
        assertRefused(XAException.XAER_NOTA, () -> xa.end(xid, TMSUCCESS));
        xa.start(xid, TMNOFLAGS);
        assertRefused(XAException.XAER_INVAL, () -> xa.end(xid, TMNOFLAGS));
        xa.end(xid, TMSUSPEND);
        assertRefused(XAException.XAER_PROTO, () -> xa.end(xid, TMSUSPEND));
        xa.end(xid, TMSUCCESS);

        assertRefused(XAException.XAER_PROTO, () -> xa.end(xid, TMSUCCESS));
    }

    @Test
    void start_localTransactionInProgress_isOutside() throws Exception {
        managed.getLocalTransaction().begin();

        assertRefused(XAException.XAER_OUTSIDE, () -> xa.start(xid, TMNOFLAGS));
    }

    @Test
    void unknownBranch_everyCompletion_isNota() {
        assertRefused(XAException.XAER_NOTA, () -> xa.prepare(xid));
        assertRefused(XAException.XAER_NOTA, () -> xa.commit(xid, true));
        assertRefused(XAException.XAER_NOTA, () -> xa.commit(xid, false));
        assertRefused(XAException.XAER_NOTA, () -> xa.rollback(xid));
        assertRefused(XAException.XAER_NOTA, () -> xa.forget(xid));
    }

    @Test
    void forget_knownBranch_isOutOfOrder() throws Exception {
        work(xid, "a");

        assertRefused(XAException.XAER_PROTO, () -> xa.forget(xid));
    }

    @Test
    void commitOnePhase_connectionLostNothingWritten_rollsBack() throws Exception {
        work(xid, "a");
        link.loseNext(ErrorCode.CONNECTION_LOST, Durability.NOT_WRITTEN);

        assertRefused(XAException.XA_RBROLLBACK, () -> xa.commit(xid, true));
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void commitOnePhase_outcomeUnknown_isResourceManagerFailure() throws Exception {
        work(xid, "a");
        link.loseNext(ErrorCode.OUTCOME_UNKNOWN, Durability.UNKNOWN);

        assertRefused(XAException.XAER_RMFAIL, () -> xa.commit(xid, true));
    }

    @Test
    void commitOnePhase_fenced_isResourceManagerFailureNeverARollback() throws Exception {
        work(xid, "a");
        link.failNext(ErrorCode.FENCED_OFF, Durability.NOT_WRITTEN);

        assertRefused(XAException.XAER_RMFAIL, () -> xa.commit(xid, true));
    }

    @Test
    void commitOnePhase_writtenBeforeTheFailure_isSuccess() throws Exception {
        work(xid, "a");
        link.loseNext(ErrorCode.CONNECTION_LOST, Durability.WRITTEN);

        xa.commit(xid, true);

        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void prepare_regionFull_rollsBack() throws Exception {
        work(xid, "a");
        link.failNext(ErrorCode.REGION_FULL, Durability.NOT_WRITTEN);

        assertRefused(XAException.XA_RBROLLBACK, () -> xa.prepare(xid));
        assertThat(region.region.branches().size()).isZero();
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void prepare_answerLost_canBeRolledBackFromTheLog() throws Exception {
        work(xid, "a");
        link.loseNextAnswer();
        assertRefused(XAException.XAER_RMFAIL, () -> xa.prepare(xid));

        region.managedConnection().getXAResource().rollback(xid);

        assertThat(region.store.prepared).isEmpty();
        assertThat(region.payloads()).isEmpty();
    }

    @Test
    void commit_unitAway_staysPreparedAndSucceedsLater() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        link.loseNext(ErrorCode.UNIT_UNREACHABLE, Durability.NOT_WRITTEN);
        region.unreachable = true;

        assertRefused(XAException.XAER_RMFAIL, () -> xa.commit(xid, false));
        assertRefused(XAException.XAER_RMFAIL, () -> xa.commit(xid, false));
        region.unreachable = false;
        xa.commit(xid, false);

        assertThat(region.payloads()).containsExactly("a");
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void commit_answerLostWithTheConnection_isLearntOverAnother() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        link.loseNextAnswer();

        xa.commit(xid, false);

        assertThat(region.payloads()).containsExactly("a");
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void commit_connectionLostBeforeTheOutcomeArrived_isTriedOverAnother() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        link.loseNext(ErrorCode.CONNECTION_LOST, Durability.UNKNOWN);

        xa.commit(xid, false);

        assertThat(region.payloads()).containsExactly("a");
        assertThat(region.store.prepared).isEmpty();
    }

    @Test
    void commit_keysRevokedByATakeover_isTriedOverAnother() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        link.loseNext(ErrorCode.ACCESS_REFUSED, Durability.NOT_WRITTEN);

        xa.commit(xid, false);

        assertThat(region.payloads()).containsExactly("a");
        assertThat(region.store.prepared).isEmpty();
    }

    @Test
    void commit_answerLost_isDoneOnceWhenAskedAgain() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        link.loseNextAnswer();
        region.unreachable = true;

        assertRefused(XAException.XAER_RMFAIL, () -> xa.commit(xid, false));
        region.unreachable = false;
        xa.commit(xid, false);

        assertThat(region.payloads()).containsExactly("a");
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void commit_ownConnectionBroken_usesAnother() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        link.close();

        xa.commit(xid, false);

        assertThat(region.payloads()).containsExactly("a");
        assertThat(region.lastLink().isOpen()).isFalse();
    }

    @Test
    void recover_preparedBeforeARestart_isReportedAndSettled() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        FakeRegion restarted = new FakeRegion();
        restarted.store.prepared.putAll(region.store.prepared);
        LinkSource links = restarted.region.freshLinks();
        XAResource recovery = new CheckpointXaResource(restarted.region.branches(), links, links, () -> false);

        Xid[] found = recovery.recover(TMSTARTRSCAN);
        assertThat(found).hasSize(1);
        assertThat(found[0].getGlobalTransactionId()).isEqualTo(xid.getGlobalTransactionId());
        assertThat(found[0].getBranchQualifier()).isEqualTo(xid.getBranchQualifier());
        assertThat(found[0].getFormatId()).isEqualTo(xid.getFormatId());
        assertThat(recovery.recover(TMNOFLAGS)).isEmpty();
        assertThat(recovery.recover(TMENDRSCAN)).isEmpty();
        recovery.commit(found[0], false);

        assertThat(restarted.payloads()).containsExactly("a");
        assertThat(recovery.recover(TMSTARTRSCAN | TMENDRSCAN)).isEmpty();
    }

    @Test
    void recover_flags_areChecked() {
        assertRefused(XAException.XAER_INVAL, () -> xa.recover(TMNOFLAGS));
        assertRefused(XAException.XAER_INVAL, () -> xa.recover(TMENDRSCAN));
        assertRefused(XAException.XAER_INVAL, () -> xa.recover(TMSTARTRSCAN | TMSUCCESS));
    }

    @Test
    void recover_unitAway_isResourceManagerFailure() {
        link.loseNext(ErrorCode.UNIT_UNREACHABLE, Durability.NOT_WRITTEN);
        region.unreachable = true;

        assertRefused(XAException.XAER_RMFAIL, () -> xa.recover(TMSTARTRSCAN));
    }

    @Test
    void commit_administratorHasDecided_isHeuristicUntilForgotten() throws Exception {
        assertHeuristic(true, XAException.XA_HEURCOM);
        assertHeuristic(false, XAException.XA_HEURRB);
    }

    private void assertHeuristic(boolean committed, int xaCode) throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        decide(committed);

        assertRefused(xaCode, () -> xa.commit(xid, false));
        assertRefused(xaCode, () -> xa.rollback(xid));
        assertRefused(XAException.XAER_PROTO, () -> xa.prepare(xid));
        xa.forget(xid);

        assertThat(region.store.decided).isEmpty();
        assertThat(region.region.branches().size()).isZero();
        assertRefused(XAException.XAER_NOTA, () -> xa.commit(xid, false));
    }

    /** As an administrator: the group is no longer in doubt. */
    private void decide(boolean commit) {
        BranchId branch = region.store.prepared.keySet().iterator().next();
        region.store.prepared.remove(branch);
        region.store.decided.put(branch, commit);
    }

    @Test
    void recover_administratorHasDecided_isReportedAsHeuristicAfterARestart() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        decide(false);
        FakeRegion restarted = new FakeRegion();
        restarted.store.decided.putAll(region.store.decided);
        LinkSource links = restarted.region.freshLinks();
        XAResource recovery = new CheckpointXaResource(restarted.region.branches(), links, links, () -> false);

        Xid found = recovery.recover(TMSTARTRSCAN | TMENDRSCAN)[0];
        assertRefused(XAException.XA_HEURRB, () -> recovery.commit(found, false));
        recovery.forget(found);

        assertThat(recovery.recover(TMSTARTRSCAN | TMENDRSCAN)).isEmpty();
        assertRefused(XAException.XAER_NOTA, () -> recovery.forget(found));
    }

    @Test
    void forget_unitAway_isResourceManagerFailureAndStays() throws Exception {
        work(xid, "a");
        xa.prepare(xid);
        decide(true);
        assertRefused(XAException.XA_HEURCOM, () -> xa.commit(xid, false));
        link.loseNext(ErrorCode.UNIT_UNREACHABLE, Durability.NOT_WRITTEN);
        region.unreachable = true;

        assertRefused(XAException.XAER_RMFAIL, () -> xa.forget(xid));
        region.unreachable = false;
        xa.forget(xid);

        assertThat(region.store.decided).isEmpty();
    }

    @Test
    void transactionTimeout_passedBeforePrepare_rollsBack() throws Exception {
        assertThat(xa.getTransactionTimeout()).isZero();
        assertThat(xa.setTransactionTimeout(5)).isTrue();
        assertThat(xa.getTransactionTimeout()).isEqualTo(5);
        xa.start(xid, TMNOFLAGS);
        write("a");
        region.nanoTime += TimeUnit.SECONDS.toNanos(6);
        xa.end(xid, TMSUCCESS);

        assertRefused(XAException.XA_RBTIMEOUT, () -> xa.prepare(xid));
        assertThat(link.calls).isEmpty();
        assertThat(region.region.branches().size()).isZero();
    }

    @Test
    void transactionTimeout_passedWhileActive_takesNoMoreWrites() throws Exception {
        xa.setTransactionTimeout(5);
        xa.start(xid, TMNOFLAGS);
        write("a");
        region.nanoTime += TimeUnit.SECONDS.toNanos(6);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> write("b"))
                .withMessageContaining("longer than its transaction may");
        xa.end(xid, TMSUCCESS);
        assertRefused(XAException.XA_RBTIMEOUT, () -> xa.commit(xid, true));
    }

    @Test
    void transactionTimeout_passedAfterPrepare_changesNothing() throws Exception {
        xa.setTransactionTimeout(5);
        work(xid, "a");
        xa.prepare(xid);
        region.nanoTime += TimeUnit.SECONDS.toNanos(60);

        xa.commit(xid, false);

        assertThat(region.payloads()).containsExactly("a");
        assertRefused(XAException.XAER_INVAL, () -> xa.setTransactionTimeout(-1));
    }
}
