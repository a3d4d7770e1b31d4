package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.util.Locale;
import java.util.logging.LogManager;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.PmuException;

/**
 * How long one durable append takes over iWARP at level VISIBLE, from the log writer's call to its return, beside a plain
 * TCP round trip of the same bytes in the same run: two processes on the loopback interface, blocking against blocking
 * and polling against polling, in turns so that what else the machine does hits all alike.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.AppendLatency [bytes [operations [rounds]]]
 * </pre>
 */
public final class AppendLatency {

    private static final long UNIT_SIZE_BYTES = 128L << 20;
    private static final int POLL_MICROS = FabricOptions.DEFAULT_POLL_MICROS;

    /** A record's header, and what records are padded to. */
    private static final int RECORD_HEADER_BYTES = 64;

    /** Frames around the record: a tagged segment's, a Read Request's, a Read Response's with 8 bytes. */
    private static final int WRITE_OVERHEAD_BYTES = 2 + 14 + 4;

    private static final int READ_REQUEST_BYTES = 2 + 46 + 4;
    private static final int READ_RESPONSE_BYTES = 2 + 22 + 4;

    private final int payloadBytes;
    private final int operations;
    private final int rounds;

    private AppendLatency(int payloadBytes, int operations, int rounds) {
        this.payloadBytes = payloadBytes;
        this.operations = operations;
        this.rounds = rounds;
    }

    /** {@code [bytes [operations [rounds]]]}; 4096, 8000 and 10 if left out. */
    public static void main(String[] args) throws IOException, PmuException {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        int payloadBytes = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
        int operations = args.length > 1 ? Integer.parseInt(args[1]) : 8_000;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 10;
        if (payloadBytes < 64 || payloadBytes > 16 * 1024 || payloadBytes % 64 != 0) {
            throw new IllegalArgumentException("bytes: 64 to 16384, a multiple of 64: one segment without padding");
        }
        if ((long) operations * (payloadBytes + RECORD_HEADER_BYTES) > BareAppends.REGION_BYTES / 2) {
            throw new IllegalArgumentException(
                    "a round must fit into half of the region, " + BareAppends.REGION_BYTES / 2);
        }
        new AppendLatency(payloadBytes, operations, rounds).run();
    }

    private void run() throws IOException, PmuException {
        int requestBytes = WRITE_OVERHEAD_BYTES + RECORD_HEADER_BYTES + payloadBytes + READ_REQUEST_BYTES;
        System.out.printf(
                Locale.ROOT,
                "durable append of %d bytes at VISIBLE: %d bytes there, %d back; %d rounds of %d, %d processors%n",
                payloadBytes,
                requestBytes,
                READ_RESPONSE_BYTES,
                rounds,
                operations,
                Runtime.getRuntime().availableProcessors());
        String request = Integer.toString(requestBytes);
        String reply = Integer.toString(READ_RESPONSE_BYTES);
        String size = Long.toString(UNIT_SIZE_BYTES);
        try (ChildProcess rawBlocking = ChildProcess.start(RawPingPong.Server.class, "blocking", request, reply);
                ChildProcess rawPolling = ChildProcess.start(RawPingPong.Server.class, "polling", request, reply);
                ChildProcess unitBlocking = ChildProcess.start(ServedUnit.class, "0", size);
                ChildProcess unitPolling = ChildProcess.start(ServedUnit.class, Integer.toString(POLL_MICROS), size)) {
            Latencies[] all = {new Latencies(), new Latencies(), new Latencies(), new Latencies()};
            for (int round = -1; round < rounds; round++) {
                Latencies[] one = {
                    raw(rawBlocking.port(), false, requestBytes),
                    append(unitBlocking.port(), 0),
                    raw(rawPolling.port(), true, requestBytes),
                    append(unitPolling.port(), POLL_MICROS)
                };
                // The round before the first is for the compilers.
                for (int i = 0; round >= 0 && i < all.length; i++) {
                    all[i].addAll(one[i]);
                }
            }
            report("blocking", all[0], all[1]);
            report("polling", all[2], all[3]);
        }
    }

    private Latencies raw(int port, boolean polling, int requestBytes) throws IOException {
        Latencies latencies = new Latencies();
        try (RawPingPong raw = new RawPingPong(port, polling, requestBytes, READ_RESPONSE_BYTES)) {
            for (int i = 0; i < operations; i++) {
                long start = System.nanoTime();
                raw.exchange();
                latencies.add(System.nanoTime() - start);
            }
        }
        return latencies;
    }

    private Latencies append(int port, int pollMicros) throws PmuException {
        return BareAppends.measure(port, pollMicros, payloadBytes, operations);
    }

    private static void report(String kind, Latencies raw, Latencies append) {
        System.out.printf(
                Locale.ROOT,
                "%-8s  raw TCP: median %6.1f us, p99 %6.1f us   append: median %6.1f us, p99 %6.1f us   "
                        + "ratio of medians %.2f%n",
                kind,
                raw.micros(0.5),
                raw.micros(0.99),
                append.micros(0.5),
                append.micros(0.99),
                append.micros(0.5) / raw.micros(0.5));
    }
}
