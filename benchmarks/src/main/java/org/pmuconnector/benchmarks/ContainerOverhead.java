package org.pmuconnector.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.LogManager;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.sample.demo.process.AdapterArchive;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * What the adapter and the transaction manager's bookkeeping add to an append: one thread, updates of 4 KiB, at level
 * VISIBLE over iWARP on the loopback interface, in turns in the same run
 *
 * <ul>
 *   <li>by the log writer alone, as {@link AppendLatency} does; one append right after the other, and with the pause
 *       between two that the server makes by its own work, which caches and sleepers at the unit feel;
 *   <li>by the adapter in plain Java, in a local transaction;
 *   <li>by a bean in Payara Micro, in a transaction of the container's whose only resource is the region, which so
 *       commits in one phase;
 *   <li>and what the same server takes for such a transaction that only takes a connection and gives it back, for one
 *       with a resource that does nothing, and for one without any resource.
 * </ul>
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.ContainerOverhead [bytes [operations [rounds]]]
 * </pre>
 */
public final class ContainerOverhead {

    private static final long UNIT_BYTES = 512L << 20;
    private static final int POLL_MICROS = FabricOptions.DEFAULT_POLL_MICROS;

    /** Rounds before the first one that counts, for the compilers. */
    private static final int WARM_UP_ROUNDS = 3;

    /** The server's quick compiler is for quick starts. */
    private static final List<String> MACHINE_OPTIONS = List.of("-XX:TieredStopAtLevel=4");

    private static final String BARE = "bare log writer";
    private static final String PACED = "the same, paced";
    private static final String PLAIN = "adapter in plain Java";
    private static final String BEAN = "bean in Payara Micro";

    private static final String CONNECT = "connect";

    private static final double NANOS_PER_MICRO = 1000;

    /** What the server is asked to measure, and how it is told. */
    private static final Map<String, String> IN_SERVER = new LinkedHashMap<>();

    static {
        IN_SERVER.put("append", BEAN);
        IN_SERVER.put(CONNECT, "  connection alone");
        IN_SERVER.put("enlist", "  resource that is idle");
        IN_SERVER.put("idle", "  transaction alone");
    }

    private final int payloadBytes;
    private final int operations;
    private final int rounds;
    private final Map<String, Latencies> all = new LinkedHashMap<>();
    private final Map<String, List<Double>> medians = new LinkedHashMap<>();

    private ContainerOverhead(int payloadBytes, int operations, int rounds) {
        this.payloadBytes = payloadBytes;
        this.operations = operations;
        this.rounds = rounds;
    }

    /** {@code [bytes [operations [rounds]]]}; 4096, 5000 and 10 if left out. */
    public static void main(String[] args) throws IOException, InterruptedException, PmuException {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        int payloadBytes = args.length > 0 ? Integer.parseInt(args[0]) : 4096;
        int operations = args.length > 1 ? Integer.parseInt(args[1]) : 5_000;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 10;
        new ContainerOverhead(payloadBytes, operations, rounds).run();
    }

    private void run() throws IOException, InterruptedException, PmuException {
        System.out.printf(
                Locale.ROOT,
                "append of %d bytes at VISIBLE by one thread; %d rounds of %d, %d processors%n",
                payloadBytes,
                rounds,
                operations,
                Runtime.getRuntime().availableProcessors());
        try (ProcessGroup group = ProcessGroup.create(BuiltFiles.target());
                ChildProcess unit =
                        ChildProcess.start(ServedUnit.class, Integer.toString(POLL_MICROS), Long.toString(UNIT_BYTES));
                ChildProcess plain = startPlain(group, unit.port())) {
            long pauseNanos = 0;
            BenchmarkServer server = BenchmarkServer.start(
                    group, "iwarp://127.0.0.1:" + unit.port(), BareAppends.REGION_BYTES, 1, MACHINE_OPTIONS);
            for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
                note(round, BARE, BareAppends.measure(unit.port(), POLL_MICROS, payloadBytes, operations));
                note(round, PACED, BareAppends.measure(unit.port(), POLL_MICROS, payloadBytes, operations, pauseNanos));
                note(round, PLAIN, PlainAppends.ask(plain, operations));
                for (Map.Entry<String, String> kind : IN_SERVER.entrySet()) {
                    String answer = server.post(
                            "measure/" + kind.getKey() + "?bytes=" + payloadBytes + "&operations=" + operations);
                    Latencies latencies = Latencies.parse(answer);
                    note(round, kind.getValue(), latencies);
                    if (kind.getKey().equals(CONNECT)) {
                        pauseNanos = Math.round(latencies.micros(0.5) * NANOS_PER_MICRO);
                    }
                }
            }
        }
        report();
    }

    /** The adapter as its archive brings it, and nothing else of this project. */
    private ChildProcess startPlain(ProcessGroup group, int port) throws IOException, PmuException {
        BareAppends.makeRegion(port, PlainAppends.REGION);
        List<String> path = new ArrayList<>(AdapterArchive.unpack(
                BuiltFiles.rar(), Files.createDirectory(group.directory().resolve("adapter"))));
        path.add(System.getProperty("java.class.path"));
        return ChildProcess.startOn(
                String.join(File.pathSeparator, path),
                PlainAppends.class,
                Integer.toString(port),
                Integer.toString(payloadBytes));
    }

    private void note(int round, String what, Latencies latencies) {
        if (round >= 0) {
            all.computeIfAbsent(what, key -> new Latencies()).addAll(latencies);
            medians.computeIfAbsent(what, key -> new ArrayList<>()).add(latencies.micros(0.5));
        }
    }

    private void report() {
        all.forEach((what, latencies) -> {
            double[] sorted = medians.get(what).stream()
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%-24s  median %6.1f us (of rounds: %.1f to %.1f), p99 %7.1f us%n",
                    what,
                    latencies.micros(0.5),
                    sorted[0],
                    sorted[sorted.length - 1],
                    latencies.micros(0.99));
        });
        System.out.printf(
                Locale.ROOT,
                "RESULT bareMicros=%.1f pacedAdds=%.1f plainJavaAdds=%.1f beanAdds=%.1f%n",
                all.get(BARE).micros(0.5),
                difference(PACED),
                difference(PLAIN),
                difference(BEAN));
    }

    /** The median over the rounds of what a round's median was above the log writer's: what else went on hit both. */
    private double difference(String what) {
        List<Double> theirs = medians.get(what);
        List<Double> bare = medians.get(BARE);
        double[] differences = new double[theirs.size()];
        Arrays.setAll(differences, round -> theirs.get(round) - bare.get(round));
        Arrays.sort(differences);
        return differences[differences.length / 2];
    }
}
