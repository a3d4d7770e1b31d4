package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/** One that keeps to all rules: writes and reads back, on a thread of its own, until it is closed. */
final class Neighbour implements AutoCloseable {

    private static final int REGION_BYTES = 256 * 1024;
    private static final int WRITTEN_BYTES = 1000;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final UnitClient session;
    private final UnitClient data;
    private final OpenRegionReply region;
    private final Thread thread = new Thread(this::work, "neighbour");
    private volatile boolean stop;
    private final AtomicInteger operations = new AtomicInteger();
    private volatile Throwable failure;

    Neighbour(Fabric fabric) throws PmuException {
        session = UnitClient.session(fabric, "neighbour", 2);
        session.create("neighbours", REGION_BYTES);
        session.claim("neighbours", 0);
        data = UnitClient.data(fabric, "neighbour", 2);
        region = data.openToWrite("neighbours", 1);
        thread.start();
    }

    private void work() {
        Random random = new Random(2);
        byte[] written = new byte[WRITTEN_BYTES];
        try {
            while (!stop) {
                random.nextBytes(written);
                long at = region.getBaseAddress() + random.nextInt(REGION_BYTES - WRITTEN_BYTES);
                data.write(region.getKey(), at, written);
                assertThat(data.read(region.getKey(), at, WRITTEN_BYTES)).isEqualTo(written);
                operations.incrementAndGet();
                // What its instance would hear of meanwhile.
                session.connection().awaitEvent(Deadline.after(MonotonicClock.system(), PAUSE));
            }
        } catch (PmuException | RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    /** All that it has done was well, and it goes on. */
    void assertGoesOn() {
        int before = operations.get();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (operations.get() == before && failure == null) {
            assertThat(System.nanoTime() - deadline).as("the neighbour hangs").isNegative();
            Thread.onSpinWait();
        }
        assertThat(failure).isNull();
    }

    @Override
    public void close() {
        stop = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        data.close();
        session.close();
    }
}
