package org.pmuconnector.ra.jmx;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.util.function.IntSupplier;
import java.util.function.ToLongFunction;
import org.pmuconnector.instance.Failure;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.Lag;
import org.pmuconnector.instance.LatencyStatistics;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.TakeoverTimes;

/** Shows a region. Thread-safe. */
final class RegionBean extends InstanceView implements RegionMXBean {

    private static final double NANOS_PER_MICRO = 1000;

    private final Region region;
    private final IntSupplier pooledConnections;

    RegionBean(Instance instance, Region region, IntSupplier pooledConnections) {
        super(instance);
        this.region = region;
        this.pooledConnections = pooledConnections;
    }

    @Override
    Failure failure() {
        return region.statistics().lastFailure();
    }

    @Override
    public String getRegionName() {
        return region.name();
    }

    @Override
    public String getRole() {
        return region.statistics().role().name();
    }

    @Override
    public long getEpoch() {
        return region.statistics().epoch();
    }

    @Override
    public String getPrimaryInstance() {
        return region.statistics().primaryInstance();
    }

    @Override
    public long getCommits() {
        return region.statistics().writes().commits();
    }

    @Override
    public long getSets() {
        return region.statistics().writes().sets();
    }

    @Override
    public long getBytes() {
        return region.statistics().writes().bytes();
    }

    @Override
    public long getRejectedWrites() {
        return region.statistics().writes().rejected();
    }

    @Override
    public long getUndecidedWrites() {
        return region.statistics().writes().undecided();
    }

    @Override
    public long getCommitLatencyCount() {
        return latency().count();
    }

    @Override
    public double getCommitLatencyMeanMicros() {
        return latency().meanNanos() / NANOS_PER_MICRO;
    }

    @Override
    public double getCommitLatencyP50Micros() {
        return latency().medianNanos() / NANOS_PER_MICRO;
    }

    @Override
    public double getCommitLatencyP99Micros() {
        return latency().p99Nanos() / NANOS_PER_MICRO;
    }

    @Override
    public double getCommitLatencyMaxMicros() {
        return latency().maxNanos() / NANOS_PER_MICRO;
    }

    @Override
    public long getLagSets() {
        return lag(Lag::sets);
    }

    @Override
    public long getLagBytes() {
        return lag(Lag::bytes);
    }

    @Override
    public long getLagMillis() {
        return lag(Lag::millis);
    }

    @Override
    public long getTakeovers() {
        return region.statistics().takeovers();
    }

    @Override
    public long getLastTakeoverMicros() {
        return lastTakeover(times -> NANOSECONDS.toMicros(times.totalNanos()));
    }

    @Override
    public long getLastTakeoverFenceMicros() {
        return lastTakeover(times -> NANOSECONDS.toMicros(times.fenceNanos()));
    }

    @Override
    public long getLastTakeoverReadMicros() {
        return lastTakeover(times -> NANOSECONDS.toMicros(times.readNanos()));
    }

    @Override
    public long getLastTakeoverSets() {
        return lastTakeover(TakeoverTimes::sets);
    }

    @Override
    public long getLastTakeoverDeliverMicros() {
        return lastTakeover(times -> NANOSECONDS.toMicros(times.deliverNanos()));
    }

    @Override
    public long getFencings() {
        return region.statistics().fencings();
    }

    @Override
    public int getActivations() {
        return region.statistics().activations();
    }

    @Override
    public int getPooledConnections() {
        return pooledConnections.getAsInt();
    }

    private LatencyStatistics latency() {
        return region.statistics().writes().commitLatency();
    }

    private long lastTakeover(ToLongFunction<TakeoverTimes> part) {
        TakeoverTimes times = region.statistics().lastTakeover();
        return times == null ? -1 : part.applyAsLong(times);
    }

    private long lag(ToLongFunction<Lag> part) {
        Lag lag = region.statistics().lag();
        return lag == null ? -1 : part.applyAsLong(lag);
    }
}
