package org.pmuconnector.it.vm;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PmuException;

/** Commits one numbered group after the other until a commit fails, and keeps count outside of what loses its power. */
final class Writer implements Runnable {

    private final Region region;
    private final int name;
    private final long seed;
    private final LongConsumer onAcknowledged;
    private final AtomicLong acknowledged;
    private volatile PmuException failure;

    /**
     * A writer that goes on behind what is there.
     *
     * @param written how many of its groups the region holds
     * @param onAcknowledged told of each group, as soon as it is acknowledged
     */
    Writer(Region region, int name, long seed, long written, LongConsumer onAcknowledged) {
        this.region = region;
        this.name = name;
        this.seed = seed;
        this.onAcknowledged = onAcknowledged;
        this.acknowledged = new AtomicLong(written);
    }

    @Override
    public void run() {
        try (RegionConnection connection = region.connect(null)) {
            while (!Thread.currentThread().isInterrupted()) {
                NumberedGroup group = new NumberedGroup(name, acknowledged.get() + 1);
                List<PendingSet> sets = group.payloads(seed).stream()
                        .map(payload -> PendingSet.update(payload, 1))
                        .toList();
                connection.commit(sets);
                onAcknowledged.accept(acknowledged.incrementAndGet());
            }
        } catch (PmuException e) {
            failure = e;
        }
    }

    /** How many of its groups are acknowledged, those before it included. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Why it ended; null while it has not. */
    PmuException failure() {
        return failure;
    }
}
