package org.pmuconnector.instance;

import java.time.InstantSource;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.atomic.LongAdder;
import org.pmuconnector.log.LogWriter;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/** Counts what an instance does for a region. Safe for use by many threads, none of which waits for another here. */
final class RegionMeter {

    private final MonotonicClock clock;
    private final InstantSource time;
    private final LongAdder commits = new LongAdder();
    private final LongAdder sets = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder undecided = new LongAdder();
    private final LongAdder takeovers = new LongAdder();
    private final LongAdder fencings = new LongAdder();
    private final LatencyWindow latency;
    private final Set<RegionReplica> replicas = new CopyOnWriteArraySet<>();
    private volatile TakeoverTimes lastTakeover;
    private volatile Failure lastFailure;

    RegionMeter(Environment environment) {
        this.clock = environment.clock();
        this.time = environment.time();
        this.latency = new LatencyWindow(clock);
    }

    /** The moment at which a write begins. */
    long now() {
        return clock.nanoTime();
    }

    /** A group that was begun then is in the log. */
    void written(LogWriter.Ticket group, long begunNanos) {
        bytes.add(group.lengthBytes());
        int committed = group.committedSets();
        if (committed > 0) {
            commits.increment();
            sets.add(committed);
            latency.record(begunNanos);
        }
    }

    /** A write failed. */
    void failed(PmuException e) {
        (e.durability() == Durability.UNKNOWN ? undecided : rejected).increment();
        failed(e.getMessage());
    }

    /** Something failed that was no write. */
    void failed(String what) {
        lastFailure = new Failure(what, time.instant());
    }

    void tookOver() {
        takeovers.increment();
    }

    /** A replica of the instance became the primary, and its listener knows. */
    void tookOverWithin(TakeoverTimes times) {
        lastTakeover = times;
    }

    void fenced() {
        fencings.increment();
    }

    long fencings() {
        return fencings.sum();
    }

    void follows(RegionReplica replica) {
        replicas.add(replica);
    }

    void left(RegionReplica replica) {
        replicas.remove(replica);
    }

    /** What the replica that follows the region longest is; {@code NONE} if none does. */
    RegionRole replicaRole() {
        return replicas.stream().map(RegionReplica::role).findFirst().orElse(RegionRole.NONE);
    }

    RegionStatistics statistics(RegionRole role, long epoch, String primaryInstance) {
        return new RegionStatistics(
                role,
                epoch,
                primaryInstance,
                new WriteStatistics(
                        commits.sum(), sets.sum(), bytes.sum(), rejected.sum(), undecided.sum(), latency.statistics()),
                largestLag(),
                takeovers.sum(),
                lastTakeover,
                fencings.sum(),
                replicas.size(),
                lastFailure);
    }

    private Lag largestLag() {
        return replicas.stream()
                .filter(RegionReplica::standsBy)
                .map(RegionReplica::lag)
                .max(Comparator.comparingLong(Lag::millis).thenComparingLong(Lag::sets))
                .orElse(null);
    }
}
