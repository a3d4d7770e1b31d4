package org.pmuconnector.benchmarks;

import jakarta.resource.ResourceException;
import jakarta.resource.cci.LocalTransaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;
import org.pmuconnector.checkpoint.CheckpointConnection;

/**
 * A program that appends by the adapter without a server, each update in a local transaction. A process of its own, with
 * the adapter's archives before it on the class path: {@code PORT BYTES}.
 */
final class PlainAppends {

    static final String REGION = "plain";

    private static final int BASE_BYTES = 64;

    private PlainAppends() {}

    public static void main(String[] args) throws IOException, ReflectiveOperationException, ResourceException {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        try (CheckpointConnection connection = connect("iwarp://127.0.0.1:" + args[0])) {
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            // What a child process says first is where it can be reached; this one is asked by its standard input.
            System.out.println(args[0]);
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(measure(connection, Integer.parseInt(args[1]), Integer.parseInt(line)));
            }
        }
    }

    /** By reflection: these classes are compiled against the application's interface alone. */
    private static CheckpointConnection connect(String address) throws ReflectiveOperationException {
        return (CheckpointConnection) Class.forName("org.pmuconnector.ra.PmuConnector")
                .getMethod("connect", String.class, String.class)
                .invoke(null, address, REGION);
    }

    private static String measure(CheckpointConnection connection, int payloadBytes, int operations)
            throws ResourceException {
        // Covers the rounds before, and frees their room.
        connection.overwrite(new byte[BASE_BYTES]);
        byte[] payload = new byte[payloadBytes];
        LocalTransaction transaction = connection.getLocalTransaction();
        StringBuilder answer = new StringBuilder();
        for (int i = 0; i < operations; i++) {
            long start = System.nanoTime();
            transaction.begin();
            connection.append(payload);
            transaction.commit();
            answer.append(System.nanoTime() - start).append(' ');
        }
        return answer.toString();
    }

    /** In the parent: has so many appends measured. */
    static Latencies ask(ChildProcess child, int operations) throws IOException {
        return Latencies.parse(child.ask(Integer.toString(operations)));
    }
}
