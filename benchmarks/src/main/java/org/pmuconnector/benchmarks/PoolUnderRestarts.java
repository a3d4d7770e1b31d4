package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * Threads of beans in Payara Micro append in transactions while their unit is killed and served again, several times.
 * Tells whether an acknowledged update was lost, whether a connection leaked, and how long after the unit took
 * connections again the threads were as fast as before: at nine tenths of the rate before the kill.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.PoolUnderRestarts [seconds [restarts [threads]]]
 * </pre>
 */
public final class PoolUnderRestarts {

    private static final String UNIT_SIZE = "1g";
    private static final long REGION_BYTES = 768L << 20;

    /** As fast as before. */
    private static final double FULL_SPEED = 0.9;

    /** The adapter's session and the one that asks. */
    private static final int OTHER_CONNECTIONS = 2;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final Pattern CONNECTIONS = Pattern.compile("(?m)^connections +(\\d+)$");
    private static final Pattern POOL = Pattern.compile("used=(\\d+) free=(\\d+)");

    private final int seconds;
    private final int restarts;
    private final int threads;

    /**
     * What came out.
     *
     * @param audit of the log
     * @param usedConnections that the pool counts as in use although nobody uses one
     * @param freeConnections that the pool keeps
     * @param unitConnections that the unit counts, beside the adapter's session and the one that asks
     * @param recoveryMillis after each restart, until full speed; -1 if it was not reached
     */
    public record Result(
            LogAudit audit, int usedConnections, int freeConnections, int unitConnections, List<Long> recoveryMillis) {

        /** Copies the list. */
        public Result {
            recoveryMillis = List.copyOf(recoveryMillis);
        }

        /** The longest time until full speed; {@link Long#MAX_VALUE} if it was not reached once. */
        public long slowestRecoveryMillis() {
            return recoveryMillis.stream()
                    .mapToLong(millis -> millis < 0 ? Long.MAX_VALUE : millis)
                    .max()
                    .orElse(0);
        }
    }

    /** A unit's restart. */
    private record Restart(long killedMillis, long readyMillis) {}

    private PoolUnderRestarts(int seconds, int restarts, int threads) {
        this.seconds = seconds;
        this.restarts = restarts;
        this.threads = threads;
    }

    /** {@code [seconds [restarts [threads]]]}; 60, 3 and 16 if left out. */
    public static void main(String[] args) throws IOException, InterruptedException, PmuException {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 60;
        int restarts = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        int threads = args.length > 2 ? Integer.parseInt(args[2]) : 16;
        run(seconds, restarts, threads);
    }

    /** Runs the program and returns what came out. */
    public static Result run(int seconds, int restarts, int threads)
            throws IOException, InterruptedException, PmuException {
        try (ProcessGroup group = ProcessGroup.create(BuiltFiles.target())) {
            return new PoolUnderRestarts(seconds, restarts, threads).run(group);
        }
    }

    private Result run(ProcessGroup group) throws IOException, InterruptedException, PmuException {
        System.out.printf(
                Locale.ROOT,
                "%d threads for %d s, the unit killed and served again %d times; %d processors%n",
                threads,
                seconds,
                restarts,
                Runtime.getRuntime().availableProcessors());
        Path file = PmuDaemon.format(group, BuiltFiles.pmuJar(), "unit", UNIT_SIZE);
        String listen = "127.0.0.1:" + FreePorts.find(1).get(0);
        PmuDaemon unit = PmuDaemon.serve(group, BuiltFiles.pmuJar(), file, listen);
        BenchmarkServer server = BenchmarkServer.start(group, unit.address(), REGION_BYTES, 2 * threads, List.of());
        server.post("load/start?threads=" + threads);
        long sliceMillis = TimeUnit.SECONDS.toMillis(seconds) / (restarts + 1);
        List<Restart> done = new ArrayList<>();
        for (int i = 0; i < restarts; i++) {
            Thread.sleep(sliceMillis);
            long killed = System.currentTimeMillis();
            unit.process().kill();
            unit = PmuDaemon.serve(group, BuiltFiles.pmuJar(), file, listen);
            done.add(new Restart(killed, System.currentTimeMillis()));
        }
        Thread.sleep(sliceMillis);
        server.post("load/stop");
        return report(group, unit, server, done);
    }

    private Result report(ProcessGroup group, PmuDaemon unit, BenchmarkServer server, List<Restart> done)
            throws IOException, InterruptedException, PmuException {
        Timeline timeline = Timeline.parse(server.get("load/timeline"));
        List<Long> recoveries = new ArrayList<>();
        long calmSince = timeline.startMillis() + TimeUnit.SECONDS.toMillis(seconds) / (restarts + 1) / 2;
        for (Restart restart : done) {
            double before = timeline.medianRate(calmSince, restart.killedMillis());
            long recovery = timeline.millisUntil(restart.readyMillis(), FULL_SPEED * before);
            long first = timeline.millisUntil(restart.readyMillis(), 1);
            System.out.printf(
                    Locale.ROOT,
                    "%.0f updates/s before; away for %d ms; first updates within %d ms of its return, full speed within"
                            + " %d ms%n",
                    before,
                    restart.readyMillis() - restart.killedMillis(),
                    first,
                    recovery);
            recoveries.add(recovery);
            calmSince = restart.readyMillis() + TimeUnit.SECONDS.toMillis(2);
        }
        System.out.print(server.get("load/failures"));
        LogAudit audit = LogAudit.of(unit.address(), BenchmarkServer.REGION, server.get("load/outcomes"));
        Matcher pool = POOL.matcher(server.get("pool/" + BenchmarkServer.POOL));
        if (!pool.find()) {
            throw new IOException("the server says nothing of its pool");
        }
        int used = Integer.parseInt(pool.group(1));
        int free = Integer.parseInt(pool.group(2));
        int connections = awaitConnections(group, unit, free);
        Result result = new Result(audit, used, free, connections, recoveries);
        System.out.printf(
                Locale.ROOT,
                "RESULT acknowledged=%d lost=%d writtenAfterAll=%d duplicated=%d unknown=%d poolUsed=%d poolFree=%d"
                        + " unitConnections=%d slowestRecoveryMillis=%d%n",
                audit.acknowledged(),
                audit.lost(),
                audit.writtenAfterAll(),
                audit.duplicated(),
                audit.unknown(),
                used,
                free,
                connections,
                result.slowestRecoveryMillis());
        return result;
    }

    /** The unit may still be at the end of a connection: waits until it counts no more than the pool keeps. */
    private static int awaitConnections(ProcessGroup group, PmuDaemon unit, int pooled)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        int found = connections(group, unit);
        while (found > pooled && System.nanoTime() - deadline < 0) {
            found = connections(group, unit);
        }
        return found;
    }

    private static int connections(ProcessGroup group, PmuDaemon unit) throws IOException, InterruptedException {
        String status =
                PmuDaemon.run(group, BuiltFiles.pmuJar(), "status-" + System.nanoTime(), "status", unit.address());
        Matcher matcher = CONNECTIONS.matcher(status);
        if (!matcher.find()) {
            throw new IOException("no connections in " + status);
        }
        return Integer.parseInt(matcher.group(1)) - OTHER_CONNECTIONS;
    }
}
