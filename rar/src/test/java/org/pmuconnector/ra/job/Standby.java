package org.pmuconnector.ra.job;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.NotPrimaryException;

/**
 * Reads what the primary appends, by one-sided reads. Told "take over", it goes on as soon as it may, with the next number,
 * and prints what it then finds in the region.
 */
public final class Standby {

    private static final int AT_ONCE = 1000;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final CheckpointConnection connection;
    private long read;

    private Standby(CheckpointConnection connection) {
        this.connection = connection;
    }

    /** {@code UNIT REGION USER PASSWORD}. */
    public static void main(String[] arguments) throws Exception {
        try (CheckpointConnection connection = PatientConnect.connect(arguments);
                BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Standby standby = new Standby(connection);
            boolean shown = false;
            while (!input.ready()) {
                standby.read();
                if (standby.read > 0 && !shown) {
                    shown = true;
                    System.out.println("reading");
                }
            }
            String told = input.readLine();
            if (!"take over".equals(told)) {
                throw new IllegalArgumentException("told '" + told + "'");
            }
            standby.takeOver();
        }
    }

    private void read() throws Exception {
        for (Checkpoint checkpoint : connection.poll(AT_ONCE)) {
            expectNext(checkpoint);
        }
    }

    private void expectNext(Checkpoint checkpoint) {
        long number = NumberedUpdate.numberOf(checkpoint.payload());
        if (number != read + 1) {
            throw new IllegalStateException("update " + number + " after " + read);
        }
        read = number;
    }

    private void takeOver() throws Exception {
        long began = System.nanoTime();
        long before = read;
        while (true) {
            read();
            try {
                connection.append(NumberedUpdate.of(read + 1));
                break;
            } catch (NotPrimaryException e) {
                if (System.nanoTime() - began > PATIENCE_NANOS) {
                    throw e;
                }
            }
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        System.out.println("took over after " + millis + " ms, had read " + before);
        List<Checkpoint> all = connection.recover();
        read = 0;
        all.forEach(this::expectNext);
        System.out.println("recovered " + read);
    }
}
