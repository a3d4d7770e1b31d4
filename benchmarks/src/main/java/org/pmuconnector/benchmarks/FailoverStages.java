package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

/**
 * How long a failover takes, stage by stage: a primary's process is killed (SIGKILL) while a standby has 10 MB unread, over
 * iWARP on the loopback interface, until the standby's listener is told that it is the primary and its first write is
 * acknowledged. The application does nothing with what it gets. Three processes: the unit ({@code pmu serve}), the primary,
 * which is started anew for each kill, and the standby, which has taken over some times before it is measured, and whose heap
 * is all touched: what its kernel has to find for it while it reads is about 3 ms more for 10 MB.
 *
 * <p>The unit is a file in a folder, by default one of the build's. A takeover makes two pages of its catalog persistent, so
 * that the disk's time is a part of it; on a tmpfs (level VISIBLE) it is not.
 *
 * <p>Beside it, in the same rounds, what no failover can be faster than: the end of a plain connection to the killed
 * process, as it is seen by a thread that waits for it, and a read of the same bytes over a plain connection. All moments
 * are by {@link System#nanoTime()}, which on Linux is one clock for all processes of a machine.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.FailoverStages [kills [sets [bytes [level [folder]]]]]
 * </pre>
 */
public final class FailoverStages implements AutoCloseable {

    private static final long UNIT_SIZE_BYTES = 256L << 20;

    /** Room for a round's updates beside those of the round before. */
    private static final long REGION_BYTES = 64L << 20;

    /** Not measured: the compilers do their work. */
    private static final int WARM_UP_KILLS = 10;

    /** A round does not count in which news of the region made the standby look for sets before the kill. */
    private static final int MOST_ROUNDS_PER_KILL = 3;

    private static final int WARM_UP_READS = 20;
    private static final int READ_REQUEST_BYTES = 52;
    private static final int RECORD_HEADER_BYTES = 64;

    /** A standby that looks for sets within a round would have nothing unread. */
    private static final Duration NEVER_POLLS = Duration.ofHours(1);

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final String PRIMARY = "primary";
    private static final String STANDBY = "standby";

    /** The messages that tell of the stages. */
    private static final String VACANT = "region " + Member.REGION + " is vacant: ";

    private static final Pattern GRANTED = Pattern.compile("(\\d+) PMU-M303 .* took (\\d+) µs\\.");
    private static final Pattern TOOK_OVER =
            Pattern.compile("(\\d+) PMU-M309 .* granted after (\\d+), (\\d+) sets read in (\\d+), sealed in (\\d+), "
                    + "delivered in (\\d+), told in (\\d+) µs\\.");

    private static final long NANOS_PER_MICRO = 1000;
    private static final double MICROS_PER_MILLI = 1000;
    private static final double MEDIAN = 0.5;
    private static final double MAXIMUM = 1;

    /** What is measured in each round. */
    public enum Stage {
        /** From the kill until a plain connection's end was seen. */
        RAW_END("raw limit: end of a plain connection"),
        /** A read of the same bytes over a plain connection. */
        RAW_READ("raw limit: read of the same bytes"),
        /** From the kill until the manager has declared the region vacant. */
        DETECTION("detection: kill to vacant at the manager"),
        /** From then until the standby claims. */
        NOTICE("notice: vacant to the standby's claim"),
        /** The manager's time from the claim until no write of the former primary can land. */
        FENCE("fence, at the manager"),
        /** From the claim until it is granted, the fence included. */
        GRANT("grant: claim to granted, with the fence"),
        /** Until all that was unread is read. */
        READ("read"),
        /** Until the new epoch is sealed. */
        SEAL("seal"),
        /** Until the listener has taken all. */
        DELIVER("deliver"),
        /** Until the listener is told. */
        TELL("tell: delivered to onPrimary"),
        /** From there until the first write is acknowledged. */
        FIRST_WRITE("first write: onPrimary to acknowledged"),
        /** From the kill until the listener is told. */
        TOTAL("total: kill to onPrimary"),
        /** The total without the raw limit. */
        BEYOND("total beyond the raw limit");

        private final String text;

        Stage(String text) {
            this.text = text;
        }
    }

    /** The times of all rounds. */
    public static final class Result {
        private final Map<Stage, Latencies> times = new EnumMap<>(Stage.class);

        Result() {
            for (Stage stage : Stage.values()) {
                times.put(stage, new Latencies());
            }
        }

        private void add(Stage stage, long nanos) {
            times.get(stage).add(nanos);
        }

        /** How many failovers there were. */
        public int failovers() {
            return times.get(Stage.TOTAL).count();
        }

        /** What half of the failovers did not exceed. */
        public double medianMillis(Stage stage) {
            return times.get(stage).micros(MEDIAN) / MICROS_PER_MILLI;
        }

        /** What none of the failovers exceeded. */
        public double maxMillis(Stage stage) {
            return times.get(stage).micros(MAXIMUM) / MICROS_PER_MILLI;
        }
    }

    private final int sets;
    private final int payloadBytes;
    private final PersistenceLevel level;
    private final UnitProcess unit;
    private final ChildProcess rawServer;
    private final RawPingPong raw;
    private final ChildProcess standby;
    private ChildProcess primary;
    private long standbyEpoch;

    private FailoverStages(int sets, int payloadBytes, PersistenceLevel level, Path folder)
            throws IOException, PmuException {
        this.sets = sets;
        this.payloadBytes = payloadBytes;
        this.level = level;
        int logBytes = sets * (payloadBytes + RECORD_HEADER_BYTES);
        this.unit = UnitProcess.serveAnybody(folder, UNIT_SIZE_BYTES);
        this.rawServer = ChildProcess.start(
                RawPingPong.Server.class, "blocking", Integer.toString(READ_REQUEST_BYTES), Integer.toString(logBytes));
        this.raw = new RawPingPong(rawServer.port(), false, READ_REQUEST_BYTES, logBytes);
        this.standby = Member.startWarm(settings(STANDBY));
    }

    /** {@code [kills [sets [bytes [level [folder]]]]]}; 30, 10240, 1024, VISIBLE and the build's folder if left out. */
    public static void main(String[] args) throws IOException, InterruptedException, PmuException {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        int kills = args.length > 0 ? Integer.parseInt(args[0]) : 30;
        int sets = args.length > 1 ? Integer.parseInt(args[1]) : 10_240;
        int payloadBytes = args.length > 2 ? Integer.parseInt(args[2]) : 1024;
        PersistenceLevel level = args.length > 3 ? PersistenceLevel.valueOf(args[3]) : PersistenceLevel.VISIBLE;
        Path folder = args.length > 4 ? Path.of(args[4]) : BuiltFiles.target();
        run(kills, sets, payloadBytes, level, folder);
    }

    /** Runs the program and returns what came out. */
    public static Result run(int kills, int sets, int payloadBytes, PersistenceLevel level, Path folder)
            throws IOException, InterruptedException, PmuException {
        if ((long) sets * (payloadBytes + RECORD_HEADER_BYTES) > REGION_BYTES / 2) {
            throw new IllegalArgumentException("a round must fit into half of the region, " + REGION_BYTES / 2);
        }
        System.out.printf(
                Locale.ROOT,
                "%d kills of a primary with %d sets of %d bytes at %s unread; unit in %s; %d processors%n",
                kills,
                sets,
                payloadBytes,
                level,
                folder,
                Runtime.getRuntime().availableProcessors());
        try (FailoverStages stages = new FailoverStages(sets, payloadBytes, level, folder)) {
            return stages.measure(kills);
        }
    }

    private Membership.Settings settings(String name) {
        return new Membership.Settings(unit.address(), name, Role.AUTO, level, NEVER_POLLS, REGION_BYTES);
    }

    private Result measure(int kills) throws IOException, InterruptedException {
        standbyEpoch = new Scanner(standby.ask("takeover 0")).nextLong();
        for (int i = 0; i < WARM_UP_READS; i++) {
            raw.exchange();
        }
        Result warmUp = new Result();
        for (int i = 0; i < WARM_UP_KILLS; i++) {
            failOver(warmUp);
        }
        Result result = new Result();
        int rounds = 0;
        while (result.failovers() < kills) {
            if (rounds++ > MOST_ROUNDS_PER_KILL * kills) {
                throw new IOException("the standby reads what it should leave unread, time and again");
            }
            failOver(result);
        }
        report(result);
        return result;
    }

    /** One round: a new primary gets the region, writes, and is killed. */
    private void failOver(Result result) throws IOException, InterruptedException {
        standby.ask("base");
        primary = Member.start(settings(PRIMARY));
        primary.ask("await STANDBY");
        standby.ask("handover");
        primary.ask("await PRIMARY");
        standby.ask("await STANDBY");
        primary.ask("append " + sets + " " + payloadBytes);
        long rawReadNanos = timeRawRead();
        try (RawSocketEnd end = RawSocketEnd.of(primary.port())) {
            long killed = System.nanoTime();
            primary.kill();
            Scanner told = new Scanner(standby.ask("takeover " + standbyEpoch));
            standbyEpoch = told.nextLong();
            long rawEndNanos = end.seenNanoTime() - killed;
            add(result, killed, told.nextLong(), told.nextLong(), rawEndNanos, rawReadNanos);
        }
        primary.close();
    }

    private long timeRawRead() throws IOException {
        long start = System.nanoTime();
        raw.exchange();
        return System.nanoTime() - start;
    }

    private void add(Result result, long killed, long primaryAt, long writtenAt, long rawEndNanos, long rawReadNanos)
            throws IOException {
        long vacantAt = new Scanner(unit.moment(VACANT)).nextLong();
        Matcher granted = find(GRANTED, "PMU-M303", killed);
        Matcher tookOver = find(TOOK_OVER, "PMU-M309", killed);
        if (Integer.parseInt(tookOver.group(3)) < sets) {
            return;
        }
        long grantedAt = Long.parseLong(granted.group(1));
        long grant = nanos(tookOver.group(2));
        long read = nanos(tookOver.group(4));
        long seal = nanos(tookOver.group(5));
        long deliver = nanos(tookOver.group(6));
        result.add(Stage.RAW_END, rawEndNanos);
        result.add(Stage.RAW_READ, rawReadNanos);
        result.add(Stage.DETECTION, vacantAt - killed);
        result.add(Stage.NOTICE, grantedAt - grant - vacantAt);
        result.add(Stage.FENCE, nanos(granted.group(2)));
        result.add(Stage.GRANT, grant);
        result.add(Stage.READ, read);
        result.add(Stage.SEAL, seal);
        result.add(Stage.DELIVER, deliver);
        result.add(Stage.TELL, primaryAt - grantedAt - read - seal - deliver);
        result.add(Stage.FIRST_WRITE, writtenAt - primaryAt);
        result.add(Stage.TOTAL, primaryAt - killed);
        result.add(Stage.BEYOND, primaryAt - killed - rawEndNanos - rawReadNanos);
    }

    /** The newest such message of the standby's, which it may be about to log. */
    private Matcher find(Pattern pattern, String id, long since) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        String answer = "";
        while (System.nanoTime() - deadline < 0) {
            answer = standby.ask("logged " + id);
            Matcher matcher = pattern.matcher(answer);
            if (matcher.find() && Long.parseLong(matcher.group(1)) - since > 0) {
                return matcher;
            }
        }
        throw new IOException("no stages in '" + answer + "'");
    }

    private static long nanos(String micros) {
        return Long.parseLong(micros) * NANOS_PER_MICRO;
    }

    private static void report(Result result) {
        for (Stage stage : Stage.values()) {
            System.out.printf(
                    Locale.ROOT,
                    "%-42s median %8.3f ms   max %8.3f ms%n",
                    stage.text,
                    result.medianMillis(stage),
                    result.maxMillis(stage));
        }
        System.out.printf(
                Locale.ROOT,
                "RESULT failovers=%d medianBeyondMillis=%.3f maxBeyondMillis=%.3f%n",
                result.failovers(),
                result.medianMillis(Stage.BEYOND),
                result.maxMillis(Stage.BEYOND));
    }

    @Override
    public void close() throws IOException {
        raw.close();
        List<ChildProcess> children =
                primary == null ? List.of(standby, rawServer) : List.of(primary, standby, rawServer);
        for (ChildProcess child : children) {
            child.close();
        }
        unit.close();
    }
}
