package org.pmuconnector.instance;

import java.time.Duration;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.scram.Credentials;

/** An instance with its session thread, for tests. */
final class RunningInstance implements AutoCloseable {

    final Instance instance;
    private final Fabric fabric;
    private final Thread thread;

    RunningInstance(String name, Fabric fabric) {
        this(name, fabric, Credentials.ANONYMOUS);
    }

    RunningInstance(String name, Fabric fabric, Credentials credentials) {
        this.fabric = fabric;
        this.instance = Instance.of(
                new InstanceSettings(name, Duration.ofSeconds(5), Duration.ofSeconds(5), credentials), fabric);
        this.thread = new Thread(instance::run, "session of " + name);
        thread.start();
    }

    static RegionSettings settings(String region, long sizeBytes, Retention retention) {
        return new RegionSettings(region, true, sizeBytes, 0, PersistenceLevel.VISIBLE, retention);
    }

    Region region(String name, long sizeBytes) throws PmuException {
        return instance.region(settings(name, sizeBytes, Retention.BASE));
    }

    RegionConnection connect(String region, long sizeBytes) throws PmuException {
        return region(region, sizeBytes).connect(null);
    }

    @Override
    public void close() {
        instance.close();
        Threads.join(thread);
        fabric.close();
    }
}
