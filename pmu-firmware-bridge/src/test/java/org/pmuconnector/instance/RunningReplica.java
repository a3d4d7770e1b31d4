package org.pmuconnector.instance;

import java.time.Duration;
import org.pmuconnector.instance.ReplicaSettings.Role;

/** A replica with its thread, for tests. */
final class RunningReplica implements AutoCloseable {

    final RecordingListener listener = new RecordingListener();
    private final RegionReplica replica;
    private final Thread thread;

    RunningReplica(Region region, Role role, String subscription) {
        replica = region.replica(new ReplicaSettings(role, Duration.ofMillis(5), 100, subscription), listener);
        thread = new Thread(replica::run, "replica of " + region.name());
        thread.start();
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
