package org.pmuconnector.benchmarks;

import java.time.Duration;
import java.util.List;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.UnitAddress;

/** Durable appends at level VISIBLE by the log writer, with nothing in front of it. */
final class BareAppends {

    static final long REGION_BYTES = 64L << 20;

    private BareAppends() {}

    /** Connects to a unit on this machine and appends so often, one right after the other. */
    static Latencies measure(int port, int pollMicros, int payloadBytes, int operations) throws PmuException {
        return measure(port, pollMicros, payloadBytes, operations, 0);
    }

    /** The same with the processor kept busy for so long between two appends, which is not measured. */
    static Latencies measure(int port, int pollMicros, int payloadBytes, int operations, long pauseNanos)
            throws PmuException {
        return with(
                port, pollMicros, "bare", connection -> appendAll(connection, payloadBytes, operations, pauseNanos));
    }

    /** Makes a region as it is measured here, for others to measure. */
    static void makeRegion(int port, String name) throws PmuException {
        with(port, 0, name, connection -> null);
    }

    /** What is done with a connection. */
    private interface Use<T> {
        T of(RegionConnection connection) throws PmuException;
    }

    private static <T> T with(int port, int pollMicros, String name, Use<T> use) throws PmuException {
        UnitAddress address = UnitAddress.parse("iwarp://127.0.0.1:" + port);
        InstanceSettings settings = new InstanceSettings("benchmark", Duration.ofSeconds(5), Duration.ofSeconds(10));
        RegionSettings region =
                new RegionSettings(name, true, REGION_BYTES, 0, PersistenceLevel.VISIBLE, Retention.BASE);
        try (IwarpFabric fabric =
                        new IwarpFabric(address, FabricOptions.defaults().withPollMicros(pollMicros));
                Instance instance = Instance.of(settings, fabric)) {
            Thread session = new Thread(instance::run, "session");
            session.setDaemon(true);
            session.start();
            try (RegionConnection connection = instance.region(region).connect(null)) {
                return use.of(connection);
            }
        }
    }

    private static Latencies appendAll(RegionConnection connection, int payloadBytes, int operations, long pauseNanos)
            throws PmuException {
        // Covers the rounds before, and frees their room.
        connection.commit(List.of(PendingSet.baseOfAll(new byte[64], 0, connection.committedSequence())));
        byte[] payload = new byte[payloadBytes];
        Latencies latencies = new Latencies();
        for (int i = 0; i < operations; i++) {
            long start = System.nanoTime();
            connection.commit(List.of(PendingSet.update(payload, 0)));
            long end = System.nanoTime();
            latencies.add(end - start);
            while (System.nanoTime() - end < pauseNanos) {
                Thread.onSpinWait();
            }
        }
        return latencies;
    }
}
