package org.pmuconnector.ra.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.LocalTransaction;
import jakarta.resource.spi.ManagedConnection;
import java.util.Arrays;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.ra.RecordedEvents;
import org.pmuconnector.ra.TestXid;

/** Transaction Management. */
class TransactionConformanceTest extends RunningAdapter {

    private static final int WHOLE_SCAN = XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN;

    private static final Xid XID = new TestXid(1);

    private static void work(ManagedConnection managed, Xid xid, String text) throws Exception {
        XAResource resource = managed.getXAResource();
        resource.start(xid, XAResource.TMNOFLAGS);
        handle(managed).append(bytes(text));
        resource.end(xid, XAResource.TMSUCCESS);
    }

    private XAResource recoveryAfterRestart() throws Exception {
        adapter.stop();
        adapter.start(server);
        return adapter.getXAResources(new ActivationSpec[] {spec("orders")})[0];
    }

    @Section("7.3.2")
    @Test
    void getXAResource_again_isTheSame() throws Exception {
        ManagedConnection managed = managed("orders");

        assertThat(managed.getXAResource()).isSameAs(managed.getXAResource());
        assertThat(managed("orders").getXAResource()).isNotSameAs(managed.getXAResource());
    }

    @Section({"7.3.2", "7.6.2"})
    @Test
    void completion_throughAnotherResource_isOfTheSameBranch() throws Exception {
        ManagedConnection worker = managed("orders");
        XAResource completer = managed("orders").getXAResource();
        assertThat(completer.isSameRM(worker.getXAResource())).isTrue();
        assertThat(completer.isSameRM(managed("trades").getXAResource())).isFalse();
        work(worker, XID, "a");

        assertThat(completer.prepare(XID)).isEqualTo(XAResource.XA_OK);
        completer.commit(XID, false);

        assertThat(texts(handle(worker))).containsExactly("a");
    }

    @Section("7.6.2")
    @Test
    void commit_onePhaseWithoutPrepare_isDoneAndForgotten() throws Exception {
        ManagedConnection managed = managed("orders");
        work(managed, XID, "a");

        managed.getXAResource().commit(XID, true);

        assertThat(texts(handle(managed))).containsExactly("a");
        assertThatExceptionOfType(XAException.class)
                .isThrownBy(() -> managed.getXAResource().commit(XID, true))
                .satisfies(e -> assertThat(e.errorCode).isEqualTo(XAException.XAER_NOTA));
    }

    @Section("7.6.2")
    @Test
    void prepare_nothingWritten_isReadOnlyAndForgotten() throws Exception {
        ManagedConnection managed = managed("orders");
        XAResource resource = managed.getXAResource();
        resource.start(XID, XAResource.TMNOFLAGS);
        assertThat(texts(handle(managed))).isEmpty();
        resource.end(XID, XAResource.TMSUCCESS);

        assertThat(resource.prepare(XID)).isEqualTo(XAResource.XA_RDONLY);
        assertThat(resource.recover(WHOLE_SCAN)).isEmpty();
        resource.start(XID, XAResource.TMNOFLAGS);
        resource.end(XID, XAResource.TMSUCCESS);
    }

    /** As long as ids may be, with every kind of byte, and a format that is negative. */
    private static final class OddXid implements Xid {

        private static byte[] counting(int length, int from) {
            byte[] bytes = new byte[length];
            for (int place = 0; place < length; place++) {
                bytes[place] = (byte) (from + place * 5);
            }
            return bytes;
        }

        @Override
        public int getFormatId() {
            return Integer.MIN_VALUE + 7;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return counting(MAXGTRIDSIZE, 0);
        }

        @Override
        public byte[] getBranchQualifier() {
            return counting(MAXBQUALSIZE, 128);
        }
    }

    @Section("7.6.2")
    @Test
    void xid_preparedAndRecovered_hasTheSameBits() throws Exception {
        Xid odd = new OddXid();
        ManagedConnection managed = managed("orders");
        work(managed, odd, "a");
        assertThat(managed.getXAResource().prepare(odd)).isEqualTo(XAResource.XA_OK);

        XAResource recovery = recoveryAfterRestart();
        Xid[] found = recovery.recover(WHOLE_SCAN);

        assertThat(found).hasSize(1);
        assertThat(found[0].getFormatId()).isEqualTo(odd.getFormatId());
        assertThat(found[0].getGlobalTransactionId()).isEqualTo(odd.getGlobalTransactionId());
        assertThat(found[0].getBranchQualifier()).isEqualTo(odd.getBranchQualifier());
        recovery.rollback(odd);
        assertThat(recovery.recover(WHOLE_SCAN)).isEmpty();
    }

    @Section("7.6.2")
    @Test
    void recover_afterAFailure_knowsWhatWasPreparedAndNothingElse() throws Exception {
        work(managed("orders"), new TestXid(1), "active");
        ManagedConnection managed = managed("orders");
        work(managed, new TestXid(2), "prepared");
        managed.getXAResource().prepare(new TestXid(2));

        XAResource recovery = recoveryAfterRestart();

        assertThat(Arrays.stream(recovery.recover(WHOLE_SCAN)).map(xid -> xid.getGlobalTransactionId()[2]))
                .containsExactly((byte) 2);
        assertThatExceptionOfType(XAException.class)
                .isThrownBy(() -> recovery.commit(new TestXid(1), false))
                .satisfies(e -> assertThat(e.errorCode).isEqualTo(XAException.XAER_NOTA));
        recovery.commit(new TestXid(2), false);
        assertThat(texts(handle(managed("orders")))).containsExactly("prepared");
    }

    @Section("7.7.2")
    @Test
    void localTransactionEvents_areOfTheApplicationsTransactionsAlone() throws Exception {
        ManagedConnection managed = managed("orders");
        RecordedEvents events = new RecordedEvents();
        managed.addConnectionEventListener(events);
        LocalTransaction ofTheContainer = managed.getLocalTransaction();

        ofTheContainer.begin();
        handle(managed).append(bytes("a"));
        ofTheContainer.commit();
        assertThat(events.ids()).isEmpty();
        jakarta.resource.cci.LocalTransaction ofTheApplication = handle(managed).getLocalTransaction();
        ofTheApplication.begin();
        ofTheApplication.commit();

        assertThat(events.ids())
                .containsExactly(
                        jakarta.resource.spi.ConnectionEvent.LOCAL_TRANSACTION_STARTED,
                        jakarta.resource.spi.ConnectionEvent.LOCAL_TRANSACTION_COMMITTED);
    }

    @Section("7.8.2")
    @Test
    void cleanup_localTransactionOpen_leavesNothingOfIt() throws Exception {
        ManagedConnection managed = managed("orders");
        managed.getLocalTransaction().begin();
        handle(managed).append(bytes("never"));

        managed.cleanup();

        managed.getLocalTransaction().begin();
        handle(managed).append(bytes("a"));
        managed.getLocalTransaction().commit();
        assertThat(texts(handle(managed))).containsExactly("a");
    }

    @Section("7.10.3")
    @Test
    void localTransaction_twoHandlesOneClosedMeanwhile_isOne() throws Exception {
        ManagedConnection managed = managed("orders");
        ManagedConnection reader = managed("orders");
        managed.getLocalTransaction().begin();
        CheckpointConnection ofA = handle(managed);
        ofA.append(bytes("a"));
        CheckpointConnection ofB = handle(managed);
        ofB.append(bytes("b"));
        ofB.close();
        ofA.append(bytes("c"));
        ofA.close();
        assertThat(texts(handle(reader))).isEmpty();

        managed.getLocalTransaction().commit();

        assertThat(texts(handle(reader))).containsExactly("a", "b", "c");
    }

    @Section("7.11.2")
    @Test
    void associateConnection_handleOfAnother_movesIt() throws Exception {
        ManagedConnection former = managed("orders");
        ManagedConnection latter = managed("orders");
        CheckpointConnection connection = handle(former);

        latter.associateConnection(connection);
        former.destroy();
        connection.append(bytes("a"));

        assertThat(texts(connection)).containsExactly("a");
        latter.cleanup();
        assertThatExceptionOfType(jakarta.resource.ResourceException.class).isThrownBy(connection::committedSequence);
    }

    @Section("7.15.1")
    @Test
    void autoCommit_isOffWithinTransactionsAndOnOutside() throws Exception {
        ManagedConnection managed = managed("orders");
        CheckpointConnection reader = handle(managed("orders"));
        XAResource resource = managed.getXAResource();

        handle(managed).append(bytes("at once"));
        assertThat(texts(reader)).containsExactly("at once");
        resource.start(XID, XAResource.TMNOFLAGS);
        handle(managed).append(bytes("later"));
        assertThat(texts(reader)).containsExactly("at once");
        resource.end(XID, XAResource.TMSUCCESS);
        resource.commit(XID, true);
        managed.getLocalTransaction().begin();
        handle(managed).append(bytes("last"));
        assertThat(texts(reader)).containsExactly("at once", "later");
        managed.getLocalTransaction().commit();

        assertThat(texts(reader)).containsExactly("at once", "later", "last");
        handle(managed).append(bytes("again"));
        assertThat(texts(reader)).hasSize(4);
    }
}
