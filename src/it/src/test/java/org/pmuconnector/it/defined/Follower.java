package org.pmuconnector.it.defined;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;

/** Takes the primary's part for a region of a unit in the server's working directory. It does nothing with it. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "unitAddress", propertyValue = "embedded:own"),
            @ActivationConfigProperty(propertyName = "region", propertyValue = "followed"),
            @ActivationConfigProperty(propertyName = "regionSizeBytes", propertyValue = "1048576"),
            @ActivationConfigProperty(propertyName = "role", propertyValue = "PRIMARY"),
            @ActivationConfigProperty(propertyName = "pollIntervalMillis", propertyValue = "50"),
            @ActivationConfigProperty(propertyName = "maxBatchSets", propertyValue = "100")
        })
public class Follower implements CheckpointListener {

    @Override
    public void onCheckpoint(Checkpoint checkpoint) {
        // Only its part is asked for.
    }

    @Override
    public void onPrimary(PrimaryTerm term) {
        // Only its part is asked for.
    }

    @Override
    public void onFenced(PrimaryTerm term) {
        // Only its part is asked for.
    }

    @Override
    public void onReset(String region, String reason) {
        // Only its part is asked for.
    }
}
