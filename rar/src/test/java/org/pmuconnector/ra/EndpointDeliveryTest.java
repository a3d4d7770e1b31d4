package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.UnavailableException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.CursorMove;

/** Delivery to a message endpoint: Connectors 13.5. */
class EndpointDeliveryTest {

    private final TestEndpoints endpoints = new TestEndpoints();
    private final EndpointDelivery delivery = new EndpointDelivery("orders", endpoints, null, null, false);

    private static CommittedSet set(String payload) {
        return new CommittedSet(1, 5, 0, false, false, 0, payload.getBytes(UTF_8));
    }

    @Test
    void deliver_set_isBetweenBeforeAndAfter() throws Exception {
        delivery.deliver(List.of(set("a")), null);
        delivery.reset("orders", "because");

        assertThat(endpoints.rest())
                .containsExactly(
                        "before onCheckpoint",
                        "UPDATE 5 a",
                        "after",
                        "before onReset",
                        "reset orders: because",
                        "after");
    }

    @Test
    void deliver_listenerThrows_endsTheDeliveryAndTakesANewEndpoint() throws Exception {
        RuntimeException failure = new IllegalStateException("made to fail");
        endpoints.failNext(failure);

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> delivery.deliver(List.of(set("a")), null))
                .isSameAs(failure);
        assertThat(endpoints.rest()).containsExactly("before onCheckpoint", "UPDATE 5 a", "after", "release");
    }

    @Test
    void deliver_again_handsOverThePayloadUnchanged() throws Exception {
        CommittedSet set = set("a");
        endpoints.failNext(new IllegalStateException("after changing the payload"));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> delivery.deliver(List.of(set), null));
        endpoints.rest();

        delivery.deliver(List.of(set), null);

        assertThat(endpoints.rest()).contains("UPDATE 5 a");
    }

    @Test
    void deliver_listenerThrowsAnError_isAFailureLikeAnyOther() {
        endpoints.failNext(new AssertionError("the application's"));

        assertThatExceptionOfType(ResourceException.class)
                .isThrownBy(() -> delivery.deliver(List.of(set("a")), null))
                .withMessageContaining("the application's");
        assertThat(endpoints.rest()).endsWith("after", "release");
    }

    @Test
    void deliver_endpointNotAvailableYet_isAFailureToTryAgain() {
        endpoints.unavailable(1);

        assertThatExceptionOfType(UnavailableException.class)
                .isThrownBy(() -> delivery.deliver(List.of(set("a")), null));
        assertThatCode(() -> delivery.deliver(List.of(set("a")), null)).doesNotThrowAnyException();
    }

    @Test
    void deliver_inBatches_isOneCallInOneTransaction() throws Exception {
        EndpointDelivery batches = new EndpointDelivery("orders", endpoints, null, null, true);

        batches.deliver(List.of(set("a"), set("b")), null);

        assertThat(endpoints.rest()).containsExactly("before onCheckpoints", "UPDATE 5 a", "UPDATE 5 b", "after");
    }

    @Test
    void deliver_setsThatBelongTogether_isOneCallAlsoWithoutBatches() throws Exception {
        delivery.deliver(List.of(set("a"), set("b")), null);

        assertThat(endpoints.rest()).containsExactly("before onCheckpoints", "UPDATE 5 a", "UPDATE 5 b", "after");
    }

    @Test
    void deliver_transacted_clearsWithTheTransaction() throws Exception {
        FakeRegion region = new FakeRegion();
        EndpointDelivery clearing =
                new EndpointDelivery("orders", endpoints.transacted(), null, new DeliveryClears(region.region), false);

        clearing.deliver(List.of(set("a")), new CursorMove("s", 5, 9));

        assertThat(region.store.cursor).isEqualTo(5);
        assertThat(endpoints.rest()).containsExactly("before onCheckpoint", "UPDATE 5 a", "after");
        endpoints.failNext(new IllegalStateException("made to fail"));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> clearing.deliver(List.of(set("b")), new CursorMove("s", 6, 9)));
        assertThat(region.store.cursor).isEqualTo(5);
        clearing.close();
        assertThat(region.lastLink().isOpen()).isFalse();
    }

    @Test
    void deliver_notTransacted_clearsAfterTheCall() throws Exception {
        FakeRegion region = new FakeRegion();
        EndpointDelivery clearing =
                new EndpointDelivery("orders", endpoints, null, new DeliveryClears(region.region), false);
        endpoints.failNext(new IllegalStateException("made to fail"));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> clearing.deliver(List.of(set("a")), new CursorMove("s", 5, 9)));
        assertThat(region.store.cursor).isZero();

        clearing.deliver(List.of(set("a")), new CursorMove("s", 5, 9));

        assertThat(region.store.cursor).isEqualTo(5);
    }

    @Test
    void deliver_transactionRolledBackInSilence_isAFailure() throws Exception {
        FakeTransactions transactions = new FakeTransactions();
        EndpointDelivery watched = new EndpointDelivery("orders", endpoints, transactions.registry(), null, false);
        watched.deliver(List.of(set("a")), null);
        assertThat(transactions.watched).isNotNull();
        transactions.outcome = Status.STATUS_ROLLEDBACK;

        assertThatExceptionOfType(ResourceException.class)
                .isThrownBy(() -> watched.deliver(List.of(set("b")), null))
                .withMessageContaining("rolled back");
    }

    @Test
    void deliver_noTransactionToWatch_isLeftAlone() throws Exception {
        FakeTransactions transactions = new FakeTransactions();
        transactions.status = Status.STATUS_NO_TRANSACTION;
        EndpointDelivery watched = new EndpointDelivery("orders", endpoints, transactions.registry(), null, false);

        watched.deliver(List.of(set("a")), null);

        assertThat(transactions.watched).isNull();
    }

    /** A transaction service in which every delivery's transaction ends as ordered, at once. */
    private static final class FakeTransactions {

        private Synchronization watched;
        private int status = Status.STATUS_ACTIVE;
        private int outcome = Status.STATUS_COMMITTED;

        TransactionSynchronizationRegistry registry() {
            return (TransactionSynchronizationRegistry) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {TransactionSynchronizationRegistry.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "getTransactionStatus" -> status;
                        case "registerInterposedSynchronization" -> {
                            watched = (Synchronization) arguments[0];
                            watched.beforeCompletion();
                            watched.afterCompletion(outcome);
                            yield null;
                        }
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }
    }
}
