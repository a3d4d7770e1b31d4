package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.LogManager;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/**
 * A served unit with a heap of 1 GiB under many connections: what it needs for the idle ones, and what they cost the busy
 * ones. The idle ones have each read 256 KiB before, so that they are used connections and not merely new ones. Busy
 * is a write of 1 KiB at level VISIBLE after the other, on a connection of its own in a thread of its own.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.ManyConnections [idle [busy [seconds]]]
 * </pre>
 */
public final class ManyConnections implements AutoCloseable {

    private static final long UNIT_SIZE_BYTES = 128L << 20;
    private static final long REGION_SIZE_BYTES = 16L << 20;
    private static final int WRITE_BYTES = 1024;
    private static final int READ_BYTES = 256 << 10;
    private static final String REGION = "orders";
    private static final int ROUNDS = 3;

    /** Half of the lease. */
    private static final Duration HEARTBEAT = Duration.ofMillis(1500);

    private final ChildProcess child;
    private final Fabric fabric;
    private final UnitCalls calls;
    private final List<FabricConnection> writers = new ArrayList<>();
    private final List<Integer> keys = new ArrayList<>();
    private long baseAddress;

    private ManyConnections(ChildProcess child) throws PmuException {
        this.child = child;
        this.fabric = Fabrics.of(
                UnitAddress.parse("iwarp://127.0.0.1:" + child.port()),
                FabricOptions.defaults().withPollMicros(0));
        this.calls = new UnitCalls(fabric);
    }

    /** {@code [idle [busy [seconds]]]}; 2000, 50 and 5 if left out. */
    public static void main(String[] args) throws Exception {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        int idle = args.length > 0 ? Integer.parseInt(args[0]) : 2_000;
        int busy = args.length > 1 ? Integer.parseInt(args[1]) : 50;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
        List<String> heap = List.of("-Xms1g", "-Xmx1g");
        try (ChildProcess child = ChildProcess.start(heap, ServedUnit.class, "0", Long.toString(UNIT_SIZE_BYTES));
                ManyConnections many = new ManyConnections(child)) {
            many.run(idle, busy, seconds);
        }
    }

    private void run(int idle, int busy, int seconds) throws Exception {
        try (FabricConnection session = calls.connect(Hello.Purpose.SESSION)) {
            prepareWriters(session, busy);
            measure(seconds, session);
            report("no idle connections");
            double without = 0;
            double with = 0;
            for (int round = 0; round < ROUNDS; round++) {
                without += measure(seconds, session) / ROUNDS;
                List<FabricConnection> used = new ArrayList<>();
                for (int i = 0; i < idle; i++) {
                    used.add(used(session));
                }
                report(idle + " idle connections");
                with += measure(seconds, session) / ROUNDS;
                report(idle + " idle connections and " + busy + " busy");
                used.forEach(FabricConnection::close);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d busy connections: %.0f writes/s without, %.0f writes/s with %d idle ones, ratio %.3f%n",
                    busy,
                    without,
                    with,
                    idle,
                    with / without);
        }
    }

    private void prepareWriters(FabricConnection session, int busy) throws PmuException {
        UnitCalls.createRegion(session, REGION, REGION_SIZE_BYTES, Level.LEVEL_UNSPECIFIED);
        long epoch = UnitCalls.claim(session, REGION, 0).getEpoch();
        UnitCalls.begin(session, REGION, epoch);
        for (int i = 0; i < busy; i++) {
            FabricConnection writer = calls.connect(Hello.Purpose.DATA);
            OpenRegionReply opened = UnitCalls.openForWriting(writer, REGION, epoch);
            writers.add(writer);
            keys.add(opened.getKey());
            baseAddress = opened.getBaseAddress();
        }
    }

    /** A connection that has done something and does nothing now. */
    private FabricConnection used(FabricConnection session) throws PmuException {
        FabricConnection connection = calls.connect(Hello.Purpose.TOOL);
        int key = UnitCalls.openForReading(connection, REGION).getKey();
        connection.read(key, baseAddress, ByteBuffer.allocate(READ_BYTES), UnitCalls.soon());
        UnitCalls.heartbeat(session);
        return connection;
    }

    /** Writes a second, of all busy connections together. */
    private double measure(int seconds, FabricConnection session) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(writers.size());
        long start = System.nanoTime();
        long end = start + Duration.ofSeconds(seconds).toNanos();
        try {
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < writers.size(); i++) {
                int index = i;
                counts.add(threads.submit(() -> writeUntil(index, end)));
            }
            while (System.nanoTime() < end) {
                UnitCalls.heartbeat(session);
                session.awaitEvent(Deadline.after(MonotonicClock.system(), HEARTBEAT));
            }
            long total = 0;
            for (Future<Long> count : counts) {
                total += count.get();
            }
            return total * 1e9 / (System.nanoTime() - start);
        } finally {
            threads.shutdown();
        }
    }

    private long writeUntil(int index, long endNanoTime) throws PmuException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(WRITE_BYTES);
        long address = baseAddress + (long) index * WRITE_BYTES;
        long count = 0;
        for (; System.nanoTime() < endNanoTime; count++) {
            writers.get(index).write(keys.get(index), address, bytes.clear(), UnitCalls.soon());
            writers.get(index).flush(keys.get(index), address, WRITE_BYTES, PersistenceLevel.VISIBLE, UnitCalls.soon());
        }
        return count;
    }

    private void report(String when) throws IOException, InterruptedException {
        String heap = command("GC.run", "GC.heap_info")
                .lines()
                .filter(line -> line.contains(" used "))
                .findFirst()
                .orElse("?")
                .strip();
        String status = Files.readString(Path.of("/proc", Long.toString(child.pid()), "status"));
        System.out.printf(
                Locale.ROOT,
                "%s: %s, %s; heap after a collection: %s%n",
                when,
                line(status, "VmRSS"),
                line(status, "Threads"),
                heap);
    }

    private static String line(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name + ":"))
                .findFirst()
                .orElse(name + ": ?")
                .replaceAll("\\s+", " ");
    }

    /** What the unit's virtual machine answers to the last of the diagnostic commands. */
    private String command(String... commands) throws IOException, InterruptedException {
        String answer = "";
        for (String command : commands) {
            Process jcmd = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(child.pid()),
                            command)
                    .redirectErrorStream(true)
                    .start();
            answer = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            jcmd.waitFor();
        }
        return answer;
    }

    @Override
    public void close() {
        fabric.close();
    }
}
