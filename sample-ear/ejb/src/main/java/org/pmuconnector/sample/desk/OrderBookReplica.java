package org.pmuconnector.sample.desk;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.EJB;
import jakarta.ejb.MessageDriven;
import java.util.logging.Logger;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;

/**
 * Follows the region {@code orders} and keeps the desk's books up to date, so that this server can take over at any
 * moment. With the role AUTO it becomes the primary if the region has none.
 */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "region", propertyValue = "orders"),
            @ActivationConfigProperty(propertyName = "role", propertyValue = "AUTO")
        })
public class OrderBookReplica implements CheckpointListener {

    private static final Logger LOG = Logger.getLogger(OrderBookReplica.class.getName());

    @EJB
    private OrderDesk desk;

    @Override
    public void onCheckpoint(Checkpoint checkpoint) {
        desk.delivered(checkpoint);
    }

    @Override
    public void onPrimary(PrimaryTerm term) {
        desk.primary(term);
        LOG.info(() -> "primary of region " + term.region() + " in epoch " + term.epoch());
    }

    @Override
    public void onFenced(PrimaryTerm term) {
        desk.fenced();
        LOG.warning(() -> "fenced: another server has taken region " + term.region());
    }

    @Override
    public void onReset(String region, String reason) {
        desk.reset();
        LOG.info(() -> "region " + region + " is read anew: " + reason);
    }
}
