package org.pmuconnector.simulation;

import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Simulates one seed after another, as many at a time as there are processors, until all are done or one failed. */
final class Seeds {

    /** Held, so that its level stays. */
    private static final Logger LOGS = Logger.getLogger("org.pmuconnector");

    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long first;
    private final long end;
    private final long begunNanos = System.nanoTime();
    private final long untilNanos;
    private final AtomicLong next;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong epochs = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong toldNanos = new AtomicLong(begunNanos);
    private final AtomicBoolean failed = new AtomicBoolean();

    /**
     * Seeds to come.
     *
     * @param first the first one
     * @param count how many
     * @param seconds after which no other one is begun
     */
    Seeds(long first, long count, long seconds) {
        this.first = first;
        this.end = first + count;
        this.untilNanos = begunNanos + TimeUnit.SECONDS.toNanos(seconds);
        this.next = new AtomicLong(first);
    }

    /** Runs them, and prints what there was. */
    void run() throws InterruptedException {
        System.out.println("failover simulation: from seed " + first + " on");
        Level level = LOGS.getLevel();
        LOGS.setLevel(Level.OFF);
        Provider signatures = new CheapSignatures();
        Security.insertProviderAt(signatures, 1);
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                workers.add(threads.submit(() -> work(threads)));
            }
            for (Future<?> worker : workers) {
                await(worker);
            }
        } finally {
            threads.shutdownNow();
            Security.removeProvider(signatures.getName());
            LOGS.setLevel(level);
        }
        System.out.println("failover simulation: " + summary() + "; lost 0, repeated 0");
    }

    private static void await(Future<?> worker) throws InterruptedException {
        try {
            worker.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        }
    }

    private void work(ExecutorService threads) {
        while (!failed.get() && System.nanoTime() - untilNanos < 0) {
            long seed = next.getAndIncrement();
            if (seed >= end) {
                return;
            }
            try {
                FailoverSimulation.Result result = new FailoverSimulation(seed, threads).run();
                acknowledged.addAndGet(result.acknowledged());
                epochs.addAndGet(result.epochs());
                done.incrementAndGet();
            } catch (Exception | AssertionError e) {
                failed.set(true);
                throw new AssertionError(
                        "seed " + seed + " (repeat with -Dsimulation.first=" + seed + " -Dsimulation.seeds=1): "
                                + e.getMessage(),
                        e);
            }
            tellNowAndThen();
        }
    }

    private void tellNowAndThen() {
        long told = toldNanos.get();
        long now = System.nanoTime();
        if (now - told > PROGRESS_NANOS && toldNanos.compareAndSet(told, now)) {
            System.out.println("failover simulation: " + summary() + " so far");
        }
    }

    private String summary() {
        return done + " seeds from " + first + " in " + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begunNanos)
                + " s, " + acknowledged + " updates acknowledged, " + epochs + " epochs";
    }
}
