package org.pmuconnector.instance;

import java.time.Duration;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.model.TakeoverPriority;

/** A replica with its thread, for tests. */
final class RunningReplica implements AutoCloseable {

    final RecordingListener listener;
    private final RegionReplica replica;
    private final Thread thread;

    RunningReplica(Region region, ReplicaSettings settings) {
        this(region, settings, new RecordingListener());
    }

    RunningReplica(Region region, ReplicaSettings settings, RecordingListener listener) {
        this.listener = listener;
        replica = region.replica(settings, listener);
        thread = new Thread(replica::run, "replica of " + region.name());
        thread.start();
    }

    RunningReplica(Region region, Role role, String subscription) {
        this(region, settings(role, subscription, Resume.BASE, DeliverySettings.ONE_BY_ONE));
    }

    static ReplicaSettings settings(Role role, String subscription, Resume resume, DeliverySettings delivery) {
        return new ReplicaSettings(
                role, TakeoverPriority.DEFAULT, Duration.ofMillis(5), 100, subscription, resume, delivery);
    }

    RunningReplica(Region region, Role role) {
        this(region, role, null);
    }

    @Override
    public void close() {
        replica.stop();
        Threads.join(thread);
    }
}
