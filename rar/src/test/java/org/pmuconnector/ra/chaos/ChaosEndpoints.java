package org.pmuconnector.ra.chaos;

import jakarta.resource.spi.endpoint.MessageEndpoint;
import java.lang.reflect.Method;
import javax.transaction.xa.XAResource;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;
import org.pmuconnector.ra.TransactedEndpoints;

/** A message-driven bean that writes down what it is told, and knows whether it is the primary. */
final class ChaosEndpoints extends TransactedEndpoints {

    private final HistoryFile history;
    private volatile boolean primary;

    ChaosEndpoints(HistoryFile history) {
        this.history = history;
    }

    /** As far as it has been told. */
    boolean isPrimary() {
        return primary;
    }

    @Override
    public MessageEndpoint createEndpoint(XAResource xaResource) {
        return new Endpoint();
    }

    private final class Endpoint implements MessageEndpoint, CheckpointListener {

        @Override
        public void beforeDelivery(Method method) {
            // No transaction: what it does is to write down.
        }

        @Override
        public void afterDelivery() {
            // No transaction.
        }

        @Override
        public void release() {
            // Nothing is kept.
        }

        @Override
        public void onCheckpoint(Checkpoint checkpoint) {
            history.delivered(checkpoint);
        }

        @Override
        public void onPrimary(PrimaryTerm term) {
            history.primary(term.epoch());
            primary = true;
        }

        @Override
        public void onFenced(PrimaryTerm term) {
            primary = false;
            history.fenced(term.epoch());
        }

        @Override
        public void onReset(String region, String reason) {
            primary = false;
            history.reset();
        }
    }
}
