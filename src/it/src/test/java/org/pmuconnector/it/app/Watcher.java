package org.pmuconnector.it.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.EJB;
import jakarta.ejb.MessageDriven;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;

/** Stands by for a region whose primary is outside the server, and writes down what it is told. */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "region", propertyValue = "watched"),
            @ActivationConfigProperty(propertyName = "role", propertyValue = "STANDBY"),
            @ActivationConfigProperty(propertyName = "pollIntervalMillis", propertyValue = "20")
        })
public class Watcher implements CheckpointListener {

    @EJB
    private Deliveries deliveries;

    @Override
    public void onCheckpoint(Checkpoint checkpoint) {
        deliveries.note("watched " + checkpoint.kind() + " " + checkpoint.sequence() + " "
                + new String(checkpoint.payload(), UTF_8));
    }

    @Override
    public void onPrimary(PrimaryTerm term) {
        deliveries.note("primary of " + term.region() + " valid " + term.isValid());
    }

    @Override
    public void onFenced(PrimaryTerm term) {
        deliveries.note("fenced from " + term.region());
    }

    @Override
    public void onReset(String region, String reason) {
        deliveries.note("reset " + region);
    }
}
