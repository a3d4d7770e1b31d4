package org.pmuconnector.ra.chaos;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import javax.transaction.xa.XAException;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.ra.CheckpointActivationSpec;
import org.pmuconnector.ra.CheckpointManagedConnectionFactory;
import org.pmuconnector.ra.PmuResourceAdapter;

/**
 * A server of a failover pair: follows the region as whatever it turns out to be, and has threads that write. It stops
 * writing when a file appears, and ends when it is killed.
 */
public final class ChaosServer {

    private static final int WRITERS = 3;

    /** One of these: a standby that is up to date, or one that has a lot to read when it takes over. */
    private static final List<Long> POLL_MILLIS = List.of(5L, 100L, 1_000L);

    /** One of these: an outage that may be longer than an operation waits for what became of it, or shorter. */
    private static final List<Long> OPERATION_TIMEOUT_MILLIS = List.of(700L, 2_000L);

    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int FORMER_HISTORIES = 9;

    private ChaosServer() {}

    /**
     * {@code UNIT USER PASSWORD INSTANCE PROCESS HISTORY QUIET SEED TWO_PHASE [FORMER_HISTORY...]}: PROCESS is a name that no
     * other process has; TWO_PHASE, whether some is written so; the rest, what this instance's former processes left.
     */
    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (Exception e) {
            // Not thrown on: the adapter's threads would keep the process.
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(String[] arguments) throws Exception {
        String process = arguments[4];
        Path quiet = Path.of(arguments[6]);
        Random random = new Random(Long.parseLong(arguments[7]));
        try (HistoryFile history = new HistoryFile(Path.of(arguments[5]))) {
            PmuResourceAdapter adapter = ChaosRegion.adapter(
                    arguments[0],
                    arguments[1],
                    arguments[2],
                    arguments[3],
                    OPERATION_TIMEOUT_MILLIS.get(random.nextInt(OPERATION_TIMEOUT_MILLIS.size())));
            ChaosEndpoints endpoints = new ChaosEndpoints(history);
            CheckpointActivationSpec spec = new CheckpointActivationSpec();
            spec.setResourceAdapter(adapter);
            spec.setRegion(ChaosRegion.NAME);
            spec.setRegionSizeBytes(ChaosRegion.SIZE_BYTES);
            spec.setPollIntervalMillis(POLL_MILLIS.get(random.nextInt(POLL_MILLIS.size())));
            adapter.endpointActivation(endpoints, spec);
            CheckpointManagedConnectionFactory managed = ChaosRegion.factory(adapter);
            CheckpointConnectionFactory factory = (CheckpointConnectionFactory) managed.createConnectionFactory();
            Decisions decisions = new Decisions(history);
            for (String former : List.of(arguments).subList(FORMER_HISTORIES, arguments.length)) {
                decisions.inherit(Path.of(former));
            }
            TwoPhaseWriter twoPhases =
                    Boolean.parseBoolean(arguments[8]) ? new TwoPhaseWriter(history, managed, decisions) : null;
            Lock bases = new ReentrantLock();
            ReadWriteLock stateLock = new ReentrantReadWriteLock(true);
            List<Thread> writers = new ArrayList<>();
            for (int i = 1; i <= WRITERS; i++) {
                ChaosWriter writer = new ChaosWriter(
                        process + "-" + i,
                        history,
                        factory,
                        bases,
                        stateLock,
                        endpoints::isPrimary,
                        () -> Files.exists(quiet),
                        twoPhases,
                        new Random(random.nextLong()));
                Thread thread = new Thread(writer, "writer-" + i);
                writers.add(thread);
                thread.start();
            }
            if (twoPhases != null) {
                settle(twoPhases, adapter, spec, () -> writers.stream().noneMatch(Thread::isAlive));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            history.quiet();
            // As a standby it goes on reading, until it is killed.
            new CountDownLatch(1).await();
        }
    }

    /** Time and again, until all writers have ended and nothing is in doubt any more. */
    private static void settle(
            TwoPhaseWriter twoPhases, PmuResourceAdapter adapter, CheckpointActivationSpec spec, BooleanSupplier ended)
            throws ResourceException {
        boolean settled = false;
        while (!settled) {
            boolean last = ended.getAsBoolean();
            try {
                settled = twoPhases.settle(adapter.getXAResources(new ActivationSpec[] {spec})[0]) && last;
            } catch (XAException e) {
                // The unit does not answer, or nobody is the primary: the next time, perhaps.
                System.err.println("not settled yet: error " + e.errorCode + ", " + e.getMessage());
            }
            LockSupport.parkNanos(SETTLE_NANOS);
        }
    }
}
