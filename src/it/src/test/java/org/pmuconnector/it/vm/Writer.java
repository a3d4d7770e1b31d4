package org.pmuconnector.it.vm;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PmuException;

/** Commits one numbered group after the other until a commit fails, and keeps count outside of what loses its power. */
final class Writer implements Runnable {

    private final Region region;
    private final int name;
    private final long seed;
    private final CountDownLatch started;
    private final AtomicLong acknowledged;
    private volatile PmuException failure;

    /**
     * A writer that goes on behind what is there.
     *
     * @param written how many of its groups the region holds
     * @param started counted down with the first acknowledgement
     */
    Writer(Region region, int name, long seed, long written, CountDownLatch started) {
        this.region = region;
        this.name = name;
        this.seed = seed;
        this.started = started;
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
                acknowledged.incrementAndGet();
                started.countDown();
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
