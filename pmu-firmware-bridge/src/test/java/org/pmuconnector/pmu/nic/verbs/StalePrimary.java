package org.pmuconnector.pmu.nic.verbs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.RegisteredRange;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.pmu.nic.VerbsPeer;

/**
 * A primary that writes as fast as its device takes it, on a thread of its own, and does not notice that it is primary no
 * more.
 */
final class StalePrimary implements AutoCloseable {

    private static final boolean SOFT_IWARP = "siw".equals(System.getProperty("rdma.device"));
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Once more would be lost in what a busy machine delays by itself. */
    private static final int RETRIES = 1;

    private static final int MAX_UNDER_WAY = 48;

    private final Intruder intruder;
    private final RegisteredRange range;
    private final Thread thread = new Thread(this::work, "stale primary");
    private volatile boolean stop;
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private volatile String contradiction;
    private volatile IOException failure;

    /** The region's memory at the unit. */
    final ByteBuffer memory;

    StalePrimary(AttackedUnit unit, String instance, int token, String region) throws Exception {
        InetSocketAddress address = unit.address();
        intruder = Intruder.connect(address, VerbsPeer.WINDOW, RETRIES)
                .loggedIn(Hello.Purpose.DATA, instance, UnitClient.token(token));
        range = intruder.open(region, true, 1);
        memory = unit.memory(intruder.connectionId(), intruder.lastKey());
    }

    void start() {
        thread.start();
    }

    private void work() {
        try {
            long number = 1;
            while (!stop) {
                int place = (int) (number % (AttackedUnit.REGION_BYTES / 64)) * 64;
                if (intruder.peer.underWay() <= MAX_UNDER_WAY) {
                    intruder.peer.postWrites(range.getRkey(), range.getRemoteAddress() + place, number++);
                }
                look();
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void look() throws IOException {
        for (String status : intruder.peer.completed()) {
            if (!status.equals(VerbsPeer.SUCCESS)) {
                failed.incrementAndGet();
            } else if (failed.get() > 0) {
                contradiction = "a write has succeeded after one that had failed";
            } else {
                written.incrementAndGet();
            }
        }
    }

    private void requireHealth(long deadline) throws IOException {
        if (failure != null || contradiction != null || System.nanoTime() - deadline > 0) {
            throw new AssertionError(
                    contradiction != null
                            ? contradiction
                            : "the stale primary hangs: written " + written + ", failed " + failed + ", under way "
                                    + intruder.peer.underWay() + ", connection over " + intruder.peer.isOver(),
                    failure);
        }
    }

    /** Waits until so many more of its writes are done. */
    void awaitWrites(int count) throws IOException {
        int wanted = written.get() + count;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (written.get() < wanted) {
            requireHealth(deadline);
            Thread.onSpinWait();
        }
    }

    /** Ends its thread, not its connection; its device goes on with what is posted. */
    void stop() throws InterruptedException {
        stop = true;
        thread.join();
    }

    /** After {@link #stop}: waits until what was under way has failed, and what is posted then fails too. */
    void assertFails() throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (failed.get() == 0 && !isLeftUncompleted()) {
            requireHealth(deadline);
            look();
        }
        intruder.peer.postWrites(range.getRkey(), range.getRemoteAddress(), -1);
        while (intruder.peer.underWay() > 0 && !isLeftUncompleted()) {
            requireHealth(deadline);
            look();
        }
        requireHealth(deadline);
    }

    /** Soft-iWARP leaves requests of a connection that has ended for ever uncompleted, as seen in Linux 6.1. */
    private boolean isLeftUncompleted() throws IOException {
        return SOFT_IWARP && intruder.peer.isOver();
    }

    @Override
    public void close() {
        intruder.close();
    }
}
