package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Locale;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/**
 * How long one durable append takes over iWARP at level VISIBLE, beside a plain TCP round trip of the same bytes in the
 * same run: two processes on the loopback interface, blocking against blocking and polling against polling, in turns so
 * that what else the machine does hits all alike.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.AppendLatency [bytes [operations [rounds]]]
 * </pre>
 */
public final class AppendLatency {

    private static final int REGION_SIZE_BYTES = 16 * 1024 * 1024;
    private static final int POLL_MICROS = FabricOptions.DEFAULT_POLL_MICROS;

    /** Frames around a payload: a tagged segment's, a Read Request's, a Read Response's with 8 bytes. */
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

    /** {@code [bytes [operations [rounds]]]}; 4096, 10000 and 10 if left out. */
    public static void main(String[] args) throws IOException, PmuException {
        int payloadBytes = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
        int operations = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 10;
        if (payloadBytes < 8 || payloadBytes > 16 * 1024 || payloadBytes % 4 != 0) {
            throw new IllegalArgumentException("bytes: 8 to 16384, a multiple of 4: one segment without padding");
        }
        new AppendLatency(payloadBytes, operations, rounds).run();
    }

    private void run() throws IOException, PmuException {
        int requestBytes = WRITE_OVERHEAD_BYTES + payloadBytes + READ_REQUEST_BYTES;
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
        String size = Integer.toString(REGION_SIZE_BYTES);
        try (ChildProcess rawBlocking = ChildProcess.start(RawPingPong.Server.class, "blocking", request, reply);
                ChildProcess rawPolling = ChildProcess.start(RawPingPong.Server.class, "polling", request, reply);
                ChildProcess unitBlocking = ChildProcess.start(ArrayUnit.class, "0", size);
                ChildProcess unitPolling = ChildProcess.start(ArrayUnit.class, Integer.toString(POLL_MICROS), size)) {
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
        UnitAddress address = UnitAddress.parse("iwarp://127.0.0.1:" + port);
        Latencies latencies = new Latencies();
        ByteBuffer payload = ByteBuffer.allocate(payloadBytes);
        try (IwarpFabric fabric = new IwarpFabric(address, new FabricOptions(pollMicros))) {
            FabricConnection connection = fabric.connect(soon());
            connection.call(
                    Request.newBuilder().setHello(Hello.getDefaultInstance()).build(), soon());
            for (int i = 0; i < operations; i++) {
                long at = (long) i * payloadBytes % (REGION_SIZE_BYTES - payloadBytes);
                long start = System.nanoTime();
                Deadline deadline = soon();
                connection.write(ArrayUnit.KEY, at, payload.clear(), deadline);
                connection.flush(ArrayUnit.KEY, at, payloadBytes, PersistenceLevel.VISIBLE, deadline);
                latencies.add(System.nanoTime() - start);
            }
        }
        return latencies;
    }

    private static Deadline soon() {
        return Deadline.after(MonotonicClock.system(), Duration.ofSeconds(10));
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
