package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static javax.transaction.xa.XAResource.TMENDRSCAN;
import static javax.transaction.xa.XAResource.TMNOFLAGS;
import static javax.transaction.xa.XAResource.TMSTARTRSCAN;
import static javax.transaction.xa.XAResource.TMSUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** What is cleared in a transaction branch: Jakarta Transactions 3.4, X/Open XA chapter 3. */
class TransactedClearTest {

    private final FakeRegion region = new FakeRegion();
    private final CheckpointManagedConnection managed = region.managedConnection();
    private final FakeLink link = region.lastLink();
    private final XAResource xa = managed.getXAResource();
    private final Xid xid = new TestXid(1);

    @BeforeEach
    void commitWhatIsToBeCleared() throws Exception {
        link.commit(List.of(PendingSet.update("a".getBytes(UTF_8), 0)));
    }

    /** Clears in a branch, which has ended then, and writes as well if there is a text. */
    private void clearInBranch(String text) throws Exception {
        xa.start(xid, TMNOFLAGS);
        try (CheckpointConnection connection = (CheckpointConnection) managed.getConnection(null, null)) {
            if (text != null) {
                connection.append(text.getBytes(UTF_8));
            }
            connection.clear(1);
        }
        xa.end(xid, TMSUCCESS);
        assertThat(region.store.cursor).isZero();
    }

    private static void assertRefused(int xaCode, ThrowingCallable call) {
        assertThat(catchThrowableOfType(XAException.class, call).errorCode).isEqualTo(xaCode);
    }

    @Test
    void prepareAndCommit_clearAlone_movesTheCursorWithTheCommit() throws Exception {
        clearInBranch(null);

        assertThat(xa.prepare(xid)).isEqualTo(XAResource.XA_OK);
        assertThat(region.store.cursor).isZero();
        assertThat(region.store.preparedClears).hasSize(1);
        xa.commit(xid, false);

        assertThat(region.store.cursor).isEqualTo(1);
        assertThat(region.store.prepared).isEmpty();
        assertThat(region.store.preparedClears).isEmpty();
    }

    @Test
    void rollback_leavesTheCursor() throws Exception {
        clearInBranch(null);

        xa.rollback(xid);

        assertThat(region.store.cursor).isZero();
    }

    @Test
    void commit_recoveredAfterARestart_isSettledWithTheSets() throws Exception {
        clearInBranch("b");
        assertThat(xa.prepare(xid)).isEqualTo(XAResource.XA_OK);
        FakeRegion restarted = new FakeRegion();
        restarted.store.committed.addAll(region.store.committed);
        restarted.store.prepared.putAll(region.store.prepared);
        restarted.store.preparedClears.putAll(region.store.preparedClears);
        XAResource recovery = restarted.managedConnection().getXAResource();
        assertThat(recovery.recover(TMSTARTRSCAN | TMENDRSCAN)).hasSize(1);

        recovery.commit(xid, false);

        assertThat(restarted.payloads()).containsExactly("a", "b");
        assertThat(restarted.store.cursor).isEqualTo(1);
        assertThat(recovery.recover(TMSTARTRSCAN | TMENDRSCAN)).isEmpty();
        assertRefused(XAException.XAER_NOTA, () -> recovery.commit(xid, false));
    }

    @Test
    void commit_setsSettledButNotTheClear_isCompletedWhenAskedAgain() throws Exception {
        clearInBranch("b");
        assertThat(xa.prepare(xid)).isEqualTo(XAResource.XA_OK);
        link.failAt("settleClear", ErrorCode.UNIT_IO);

        assertRefused(XAException.XAER_RMFAIL, () -> xa.commit(xid, false));
        assertThat(region.payloads()).containsExactly("a", "b");
        assertThat(region.store.cursor).isZero();

        xa.commit(xid, false);
        assertThat(region.payloads()).containsExactly("a", "b");
        assertThat(region.store.cursor).isEqualTo(1);
    }

    @Test
    void prepare_setsCannotBePrepared_takesTheClearBack() throws Exception {
        clearInBranch("b");
        link.failAt("prepare 1", ErrorCode.REGION_FULL);

        assertRefused(XAException.XA_RBROLLBACK, () -> xa.prepare(xid));

        assertThat(region.store.preparedClears).isEmpty();
        assertThat(region.store.cursor).isZero();
    }

    @Test
    void prepare_anotherOwnsTheSubscription_rollsBack() throws Exception {
        clearInBranch(null);
        link.failAt("prepareClear", ErrorCode.SUBSCRIPTION_IN_USE);

        assertRefused(XAException.XA_RBROLLBACK, () -> xa.prepare(xid));
    }

    @Test
    void commitOnePhase_someIsClearedAndSomeNot_isNoRollback() {
        PendingWork work = new PendingWork();
        work.clear(new CursorMove("first", 1, 0));
        work.clear(new CursorMove("second", 2, 0));
        link.failAt("clear 2", ErrorCode.SUBSCRIPTION_IN_USE);

        PmuException failure = catchThrowableOfType(PmuException.class, () -> work.commit(link));

        assertThat(failure.durability()).isEqualTo(Durability.WRITTEN);
        assertThat(region.store.cursor).isEqualTo(1);
    }
}
