package org.pmuconnector.it.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.EJB;
import jakarta.ejb.MessageDriven;
import java.util.List;
import javax.naming.NamingException;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;

/**
 * Takes what is delivered to another region, in the transaction that clears it. What begins with "bad" it cannot take, and
 * says so when it has written it already.
 */
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "region", propertyValue = "queue"),
            @ActivationConfigProperty(propertyName = "retain", propertyValue = "CLEARED"),
            @ActivationConfigProperty(propertyName = "role", propertyValue = "STANDBY"),
            @ActivationConfigProperty(propertyName = "subscription", propertyValue = "taker"),
            @ActivationConfigProperty(propertyName = "resume", propertyValue = "CURSOR"),
            @ActivationConfigProperty(propertyName = "maxBatchSets", propertyValue = "10"),
            @ActivationConfigProperty(propertyName = "maxRedeliveries", propertyValue = "2"),
            @ActivationConfigProperty(propertyName = "poisonPolicy", propertyValue = "PARK"),
            @ActivationConfigProperty(propertyName = "pollIntervalMillis", propertyValue = "20")
        })
public class Taker implements CheckpointListener {

    @EJB
    private Factories factories;

    @EJB
    private Deliveries deliveries;

    @Override
    public void onCheckpoints(List<Checkpoint> checkpoints) {
        deliveries.note("taker gets " + checkpoints.size());
        checkpoints.forEach(this::onCheckpoint);
    }

    @Override
    public void onCheckpoint(Checkpoint checkpoint) {
        try (CheckpointConnection connection = factories.named("taken").getConnection()) {
            connection.append(checkpoint.payload());
        } catch (NamingException | CheckpointException e) {
            throw new IllegalStateException(e);
        }
        if (new String(checkpoint.payload(), UTF_8).startsWith("bad")) {
            throw new IllegalStateException("cannot take what is bad");
        }
    }

    @Override
    public void onPrimary(PrimaryTerm term) {
        throw new IllegalStateException("a standby became the primary");
    }

    @Override
    public void onFenced(PrimaryTerm term) {
        throw new IllegalStateException("a standby was fenced");
    }

    @Override
    public void onReset(String region, String reason) {
        deliveries.note("taker is reset");
    }
}
