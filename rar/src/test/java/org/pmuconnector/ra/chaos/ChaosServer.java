package org.pmuconnector.ra.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.ra.CheckpointActivationSpec;
import org.pmuconnector.ra.PmuResourceAdapter;

/**
 * A server of a failover pair: follows the region as whatever it turns out to be, and has threads that write. It stops
 * writing when a file appears, and ends when it is killed.
 */
public final class ChaosServer {

    private static final int WRITERS = 3;
    private static final long POLL_MILLIS = 5;

    private ChaosServer() {}

    /** {@code UNIT USER PASSWORD INSTANCE PROCESS HISTORY QUIET SEED}: PROCESS is a name that no other process has. */
    public static void main(String[] arguments) throws Exception {
        String process = arguments[4];
        Path quiet = Path.of(arguments[6]);
        Random random = new Random(Long.parseLong(arguments[7]));
        try (HistoryFile history = new HistoryFile(Path.of(arguments[5]))) {
            PmuResourceAdapter adapter = ChaosRegion.adapter(arguments[0], arguments[1], arguments[2], arguments[3]);
            ChaosEndpoints endpoints = new ChaosEndpoints(history);
            CheckpointActivationSpec spec = new CheckpointActivationSpec();
            spec.setResourceAdapter(adapter);
            spec.setRegion(ChaosRegion.NAME);
            spec.setRegionSizeBytes(ChaosRegion.SIZE_BYTES);
            spec.setPollIntervalMillis(POLL_MILLIS);
            adapter.endpointActivation(endpoints, spec);
            CheckpointConnectionFactory factory = ChaosRegion.factory(adapter);
            ReadWriteLock stateLock = new ReentrantReadWriteLock(true);
            List<Thread> writers = new ArrayList<>();
            for (int i = 1; i <= WRITERS; i++) {
                ChaosWriter writer = new ChaosWriter(
                        process + "-" + i,
                        history,
                        factory,
                        stateLock,
                        endpoints::isPrimary,
                        () -> Files.exists(quiet),
                        new Random(random.nextLong()));
                Thread thread = new Thread(writer, "writer-" + i);
                writers.add(thread);
                thread.start();
            }
            for (Thread writer : writers) {
                writer.join();
            }
            history.quiet();
            // As a standby it goes on reading, until it is killed.
            new CountDownLatch(1).await();
        }
    }
}
