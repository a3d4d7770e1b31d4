package org.pmuconnector.it.desk;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.EJB;
import jakarta.ejb.MessageDriven;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;

/** Follows the region of the orders, and becomes its primary. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "region", propertyValue = "orders"),
            @ActivationConfigProperty(propertyName = "regionSizeBytes", propertyValue = "1048576")
        })
public class Clerk implements CheckpointListener {

    @EJB
    private Counters counters;

    @Override
    public void onCheckpoint(Checkpoint checkpoint) {
        counters.recovered();
    }

    @Override
    public void onPrimary(PrimaryTerm term) {
        counters.opened();
    }

    @Override
    public void onFenced(PrimaryTerm term) {
        throw new IllegalStateException("nobody else is there");
    }

    @Override
    public void onReset(String region, String reason) {
        counters.reset();
    }
}
