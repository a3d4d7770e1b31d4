package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;
import org.pmuconnector.instance.ReplicaListener;
import org.pmuconnector.instance.Term;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.CursorMove;

/**
 * Calls an application's listener as the contract asks: {@code beforeDelivery}, the call, and {@code afterDelivery}
 * whatever the call did. What the listener is to clear, it clears in the transaction of the call. A call that fails, or
 * whose transaction rolls back, is reported to the replica, which makes it again after a pause. One thread.
 */
final class EndpointDelivery implements ReplicaListener {

    private static final Method ON_CHECKPOINT = method("onCheckpoint", Checkpoint.class);
    private static final Method ON_CHECKPOINTS = method("onCheckpoints", List.class);
    private static final Method ON_PRIMARY = method("onPrimary", PrimaryTerm.class);
    private static final Method ON_FENCED = method("onFenced", PrimaryTerm.class);
    private static final Method ON_RESET = method("onReset", String.class, String.class);

    private final String region;
    private final MessageEndpointFactory factory;
    private final TransactionSynchronizationRegistry transactions;
    private final DeliveryClears clears;
    private final boolean inBatches;
    private MessageEndpoint endpoint;

    /** A call of the listener. */
    private interface Call {
        void of(CheckpointListener listener);
    }

    /**
     * Nothing delivered yet.
     *
     * @param transactions where a rolled-back transaction shows; null if the server has none
     * @param clears what the deliveries clear; null if they clear nothing
     * @param inBatches whether the listener gets lists of sets
     */
    EndpointDelivery(
            String region,
            MessageEndpointFactory factory,
            TransactionSynchronizationRegistry transactions,
            DeliveryClears clears,
            boolean inBatches) {
        this.region = region;
        this.factory = factory;
        this.transactions = transactions;
        this.clears = clears;
        this.inBatches = inBatches;
    }

    @Override
    public void deliver(List<CommittedSet> sets, CursorMove clearing) throws Exception {
        // A copy for each attempt: the payload is the listener's, which may change it and fail then.
        List<Checkpoint> checkpoints = sets.stream()
                .map(set -> CheckpointConnectionHandle.checkpoint(
                        region, set, set.payload().clone()))
                .toList();
        if (inBatches || checkpoints.size() > 1) {
            call(ON_CHECKPOINTS, clearing, listener -> listener.onCheckpoints(checkpoints));
        } else {
            call(ON_CHECKPOINT, clearing, listener -> listener.onCheckpoint(checkpoints.get(0)));
        }
    }

    @Override
    public void primary(Term term) throws Exception {
        call(ON_PRIMARY, null, listener -> listener.onPrimary(new TermView(term)));
    }

    @Override
    public void fenced(Term term) throws Exception {
        call(ON_FENCED, null, listener -> listener.onFenced(new TermView(term)));
    }

    @Override
    public void reset(String name, String reason) throws Exception {
        call(ON_RESET, null, listener -> listener.onReset(name, reason));
    }

    private void call(Method method, CursorMove clearing, Call call) throws Exception {
        boolean succeeded = false;
        try {
            once(method, clearing, call);
            succeeded = true;
        } catch (LinkageError | AssertionError e) {
            // What an application's code may do to itself must not end the replica.
            throw new ResourceException(method.getName() + " failed: " + e, e);
        } finally {
            if (!succeeded) {
                releaseEndpoint();
            }
        }
    }

    private void once(Method method, CursorMove clearing, Call call) throws Exception {
        if (endpoint == null) {
            endpoint = factory.createEndpoint(clears == null ? null : clears.xaResource());
        }
        AtomicInteger outcome = new AtomicInteger(Status.STATUS_COMMITTED);
        boolean clearsLater = clearing != null;
        endpoint.beforeDelivery(method);
        try {
            watchTransaction(method, outcome);
            if (clearing != null) {
                clearsLater = !clears.join(clearing);
            }
            call.of((CheckpointListener) endpoint);
        } finally {
            endpoint.afterDelivery();
        }
        if (outcome.get() != Status.STATUS_COMMITTED) {
            throw new ResourceException("the bean's transaction was rolled back");
        }
        if (clearsLater) {
            clears.clear(clearing);
        }
    }

    /** A bean that only marks its transaction for rollback throws nothing: its outcome has to be watched. */
    private void watchTransaction(Method method, AtomicInteger outcome) throws NoSuchMethodException {
        if (transactions == null
                || !factory.isDeliveryTransacted(method)
                || transactions.getTransactionStatus() != Status.STATUS_ACTIVE) {
            return;
        }
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                // Only the outcome matters.
            }

            @Override
            public void afterCompletion(int status) {
                outcome.set(status);
            }
        });
    }

    /** Gives back all that it has; another delivery would get it anew. */
    void close() {
        releaseEndpoint();
        if (clears != null) {
            clears.close();
        }
    }

    /** The next delivery gets a new endpoint. */
    private void releaseEndpoint() {
        if (endpoint != null) {
            MessageEndpoint released = endpoint;
            endpoint = null;
            released.release();
        }
    }

    private static Method method(String name, Class<?>... parameters) {
        try {
            return CheckpointListener.class.getMethod(name, parameters);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("the listener interface and this class do not fit together", e);
        }
    }
}
