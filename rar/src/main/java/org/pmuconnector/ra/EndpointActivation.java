package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import java.lang.System.Logger;
import java.time.Duration;
import org.pmuconnector.instance.RegionReplica;
import org.pmuconnector.instance.ReplicaSettings;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/** One message-driven bean following one region: a replica on a thread of the container's. Thread-safe. */
final class EndpointActivation {

    private static final Logger LOGGER = System.getLogger(EndpointActivation.class.getName());

    /** How long undeployment waits for the bean to finish its call. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final BootstrapContext context;
    private final AttachedRegion region;
    private final EndpointDelivery delivery;
    private final RegionReplica replica;
    private final LongRun run;
    private boolean stopped;

    EndpointActivation(
            MessageEndpointFactory factory,
            CheckpointActivationSpec spec,
            UnitInstances units,
            BootstrapContext context)
            throws ResourceException {
        this.context = context;
        try {
            region = units.attach(spec);
            ReplicaSettings settings = spec.replicaSettings();
            delivery = new EndpointDelivery(
                    region.name(),
                    factory,
                    context.getTransactionSynchronizationRegistry(),
                    settings.resume() == Resume.CURSOR ? new DeliveryClears(region) : null,
                    settings.delivery().maxSets() > 1);
            replica = region.region().replica(settings, delivery);
        } catch (PmuException e) {
            throw CheckpointErrors.of(e);
        }
        name = "activation for " + region;
        run = new LongRun(name, this::follow, replica::stop);
    }

    void start() throws ResourceException {
        try {
            run.start(context.getWorkManager());
        } catch (ResourceException e) {
            region.release();
            throw e;
        }
        LogMessage.ACTIVATION_STARTED.log(LOGGER, name);
    }

    private void follow() {
        try {
            replica.run();
        } finally {
            delivery.close();
        }
    }

    /** Returns when no call of the bean is in progress; stopping twice does nothing. */
    synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        run.stop(STOP_LIMIT);
        region.release();
        LogMessage.ACTIVATION_ENDED.log(LOGGER, name);
    }
}
