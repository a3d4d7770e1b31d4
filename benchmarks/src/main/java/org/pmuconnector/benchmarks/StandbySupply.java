package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.logging.LogManager;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

/**
 * Whether a primary notices its standbys: its throughput and latency without one, with one, and with eight of which one is
 * stopped (SIGSTOP) for longer than its lease, at a fixed rate and as fast as it can, over iWARP on the loopback interface.
 * All are processes; the standbys poll as they do when they are told nothing else. At full speed, the region is shorter than
 * what is written while one is stopped, so that a write would fail if that one held up trimming.
 *
 * <p>On one machine, standbys take processor time from the primary. What is left of a difference without that, another
 * part shows: processes that use as much processor time as the standbys did, and the unit for them, and have nothing to do
 * with the region. The parts take turns, so that what else the machine does hits all alike; ratios are medians of those of
 * each round.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.StandbySupply [rounds [seconds [rate [folder]]]]
 * </pre>
 */
public final class StandbySupply implements AutoCloseable {

    private static final long UNIT_SIZE_BYTES = 256L << 20;
    private static final long DEFAULT_REGION_BYTES = 64L << 20;
    private static final int PAYLOAD_BYTES = 1024;

    /** A base for so much of the region keeps it less than half full, and lets standbys that poll keep up with what it frees. */
    private static final int BASES_PER_LAP = 3;

    private static final int STANDBYS = 8;
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);

    /** A standby that keeps up has everything that was committed a few polls ago. */
    private static final long KEPT_UP_MILLIS = 1000;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    /** What is there beside the primary. */
    public enum Part {
        /** Nothing. */
        ALONE("no standby"),
        /** A standby. */
        ONE("1 standby"),
        /** Many, one of them stopped. */
        EIGHT("8 standbys, 1 stopped"),
        /** What uses as much processor time as the many. */
        BURNERS("as much processor time, burnt");

        private final String text;

        Part(String text) {
            this.text = text;
        }
    }

    /** How the primary writes. */
    public enum Mode {
        /** At a rate that the machine carries easily. */
        FIXED_RATE,
        /** One update right behind the other. */
        FULL_SPEED
    }

    /**
     * What came out.
     *
     * @param rounds by mode, what each part did in each round
     * @param lapsWhileStopped how often at least, at full speed, the region was written from end to end while a
     *     standby was stopped
     * @param largestLagSets of the standbys that ran while the primary wrote
     * @param largestLagBytes likewise
     * @param largestLagMillis likewise
     * @param stoppedLagMillis how far the stopped one was behind at most when it went on
     */
    public record Result(
            Map<Mode, List<Map<Part, MemberLoad.Result>>> rounds,
            double lapsWhileStopped,
            long largestLagSets,
            long largestLagBytes,
            long largestLagMillis,
            long stoppedLagMillis) {

        /** Copies the rounds. */
        public Result {
            rounds = Map.copyOf(rounds);
        }

        /** The median of the rounds' ratios of a part's throughput to that of another. */
        public double throughputRatio(Mode mode, Part part, Part other) {
            return ratio(mode, part, other, MemberLoad.Result::updatesPerSecond);
        }

        private double ratio(Mode mode, Part part, Part other, ToDoubleFunction<MemberLoad.Result> value) {
            List<Double> ratios = rounds.get(mode).stream()
                    .map(round -> value.applyAsDouble(round.get(part)) / value.applyAsDouble(round.get(other)))
                    .sorted()
                    .toList();
            return ratios.get(ratios.size() / 2);
        }

        private double median(Mode mode, Part part, ToDoubleFunction<MemberLoad.Result> value) {
            List<Double> values = rounds.get(mode).stream()
                    .map(round -> value.applyAsDouble(round.get(part)))
                    .sorted()
                    .toList();
            return values.get(values.size() / 2);
        }
    }

    private final int seconds;
    private final int rate;
    private final long regionBytes;
    private final UnitProcess unit;
    private final ChildProcess primary;
    private final List<ChildProcess> standbys = new ArrayList<>();
    private final ExecutorService asking = Executors.newCachedThreadPool();
    private final LargestLag largestLag = new LargestLag();
    private double lapsWhileStopped = Double.MAX_VALUE;
    private double unitNanosForEachUpdate;
    private long stoppedLagMillis;
    private long burntNanos;

    private StandbySupply(int seconds, int rate, long regionBytes, Path folder) throws IOException, PmuException {
        this.seconds = seconds;
        this.rate = rate;
        this.regionBytes = regionBytes;
        this.unit = UnitProcess.serveAnybody(folder, UNIT_SIZE_BYTES);
        this.primary = member("primary", Role.AUTO);
        primary.ask("await PRIMARY");
        for (int i = 0; i < STANDBYS; i++) {
            ChildProcess standby = member("standby" + i, Role.STANDBY);
            standby.ask("leave");
            standbys.add(standby);
        }
    }

    private ChildProcess member(String name, Role role) throws IOException {
        return Member.start(new Membership.Settings(
                unit.address(), name, role, PersistenceLevel.VISIBLE, POLL_INTERVAL, regionBytes));
    }

    /** {@code [rounds [seconds [rate [folder]]]]}; 10, 5, 2000 and the build's folder if left out. */
    public static void main(String[] args) throws IOException, InterruptedException, PmuException {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        int rate = args.length > 2 ? Integer.parseInt(args[2]) : 2000;
        Path folder = args.length > 3 ? Path.of(args[3]) : BuiltFiles.target();
        run(rounds, seconds, rate, DEFAULT_REGION_BYTES, folder);
    }

    /** Runs the program and returns what came out. */
    public static Result run(int rounds, int seconds, int rate, long regionBytes, Path folder)
            throws IOException, InterruptedException, PmuException {
        System.out.printf(
                Locale.ROOT,
                "%d rounds of %d s for each part, updates of %d bytes, %d/s or as fast as can be; %d processors%n",
                rounds,
                seconds,
                PAYLOAD_BYTES,
                rate,
                Runtime.getRuntime().availableProcessors());
        try (StandbySupply supply = new StandbySupply(seconds, rate, regionBytes, folder)) {
            return supply.measure(rounds);
        }
    }

    private Result measure(int rounds) throws IOException, InterruptedException {
        Map<Mode, List<Map<Part, MemberLoad.Result>>> all = new EnumMap<>(Mode.class);
        for (Mode mode : Mode.values()) {
            // For the compilers of all processes.
            round(mode);
            List<Map<Part, MemberLoad.Result>> ofMode = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                ofMode.add(round(mode));
            }
            all.put(mode, ofMode);
        }
        Result result = new Result(
                all, lapsWhileStopped, largestLag.sets, largestLag.bytes, largestLag.millis, stoppedLagMillis);
        report(result);
        return result;
    }

    private Map<Part, MemberLoad.Result> round(Mode mode) throws IOException, InterruptedException {
        Map<Part, MemberLoad.Result> round = new EnumMap<>(Part.class);
        long unitBefore = unit.usedNanos();
        MemberLoad.Result alone = write(mode);
        unitNanosForEachUpdate = (double) (unit.usedNanos() - unitBefore) / alone.updates();
        round.put(Part.ALONE, alone);
        round.put(Part.ONE, writeBeside(1, mode));
        round.put(Part.EIGHT, writeBeside(STANDBYS, mode));
        round.put(Part.BURNERS, writeBesideBurners(mode));
        return round;
    }

    private MemberLoad.Result write(Mode mode) throws IOException {
        return MemberLoad.Result.parse(primary.ask("load " + TimeUnit.SECONDS.toMillis(seconds) + " "
                + (mode == Mode.FIXED_RATE ? rate : 0) + " " + PAYLOAD_BYTES + " "
                + regionBytes / PAYLOAD_BYTES / BASES_PER_LAP));
    }

    private MemberLoad.Result writeBeside(int count, Mode mode) throws IOException, InterruptedException {
        List<ChildProcess> beside = standbys.subList(0, count);
        for (ChildProcess standby : beside) {
            standby.ask("join");
            standby.ask("await STANDBY");
        }
        boolean stops = count > 1;
        List<ChildProcess> running = stops ? beside.subList(0, count - 1) : beside;
        ChildProcess stopped = beside.get(count - 1);
        if (stops) {
            stopped.signal("STOP");
        }
        long usedBefore = usedNanos(running);
        long unitBefore = unit.usedNanos();
        Future<?> noting = asking.submit(() -> largestLag.noteOf(running));
        MemberLoad.Result result = write(mode);
        largestLag.enough(noting);
        if (stops) {
            double unitAlone = result.updates() * unitNanosForEachUpdate;
            long unitForStandbys = (long) Math.max(0, unit.usedNanos() - unitBefore - unitAlone);
            burntNanos = usedNanos(running) - usedBefore + unitForStandbys;
            stopped.signal("CONT");
            stoppedLagMillis = Math.max(stoppedLagMillis, lag(stopped)[2]);
            if (mode == Mode.FULL_SPEED) {
                double laps = (double) result.updates() * PAYLOAD_BYTES / regionBytes;
                lapsWhileStopped = Math.min(lapsWhileStopped, laps);
            }
        }
        for (ChildProcess standby : beside) {
            awaitKeptUp(standby);
            standby.ask("leave");
        }
        return result;
    }

    /** The largest lag that standbys have told of while the primary wrote. */
    private static final class LargestLag {
        private long sets;
        private long bytes;
        private long millis;
        private volatile boolean enough;

        /** Asks until it is enough. */
        Void noteOf(List<ChildProcess> standbys) throws IOException {
            while (!enough) {
                for (ChildProcess standby : standbys) {
                    long[] lag = lag(standby);
                    sets = Math.max(sets, lag[0]);
                    bytes = Math.max(bytes, lag[1]);
                    millis = Math.max(millis, lag[2]);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
            return null;
        }

        void enough(Future<?> noting) throws IOException, InterruptedException {
            enough = true;
            await(noting);
            enough = false;
        }
    }

    private static void await(Future<?> asked) throws IOException, InterruptedException {
        try {
            asked.get();
        } catch (ExecutionException e) {
            throw new IOException("a standby's process did not answer", e);
        }
    }

    private static long[] lag(ChildProcess standby) throws IOException {
        return new Scanner(standby.ask("lag"))
                .tokens()
                .mapToLong(Long::parseLong)
                .toArray();
    }

    /** Waits until a standby has everything; one that was stopped comes back by itself. */
    private static void awaitKeptUp(ChildProcess standby) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long[] lag = lag(standby);
        while (lag[0] != 0 || lag[2] > KEPT_UP_MILLIS) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("a standby is still " + lag[0] + " sets and " + lag[2] + " ms behind");
            }
            LockSupport.parkNanos(LOOK_NANOS);
            lag = lag(standby);
        }
    }

    private static long usedNanos(List<ChildProcess> processes) throws IOException {
        long used = 0;
        for (ChildProcess process : processes) {
            used += ProcessorLoad.usedNanos(process.pid());
        }
        return used;
    }

    /** As many as ran beside the one that was stopped, and as long. */
    private MemberLoad.Result writeBesideBurners(Mode mode) throws IOException, InterruptedException {
        List<ChildProcess> burners = standbys.subList(0, STANDBYS - 1);
        List<Future<String>> burning = new ArrayList<>();
        for (int i = 0; i < burners.size(); i++) {
            ChildProcess burner = burners.get(i);
            String question = ProcessorLoad.question(burntNanos, burners.size(), i, seconds);
            burning.add(asking.submit(() -> burner.ask(question)));
        }
        MemberLoad.Result result = write(mode);
        for (Future<String> burner : burning) {
            await(burner);
        }
        return result;
    }

    private void report(Result result) {
        for (Mode mode : Mode.values()) {
            for (Part part : Part.values()) {
                System.out.printf(
                        Locale.ROOT,
                        "%-10s  %-30s %8.0f updates/s  median %7.1f us  p99 %8.1f us   to no standby: throughput %.3f,"
                                + " median %.3f%n",
                        mode,
                        part.text,
                        result.median(mode, part, MemberLoad.Result::updatesPerSecond),
                        result.median(mode, part, MemberLoad.Result::medianMicros),
                        result.median(mode, part, MemberLoad.Result::p99Micros),
                        result.throughputRatio(mode, part, Part.ALONE),
                        result.ratio(mode, part, Part.ALONE, MemberLoad.Result::medianMicros));
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-10s  8 standbys to as much processor time, burnt: throughput %.3f, median %.3f%n",
                    mode,
                    result.throughputRatio(mode, Part.EIGHT, Part.BURNERS),
                    result.ratio(mode, Part.EIGHT, Part.BURNERS, MemberLoad.Result::medianMicros));
        }
        System.out.printf(
                Locale.ROOT,
                "the %d standbys that ran, and the unit for them, used %.1f %% of a processor in the last round%n",
                STANDBYS - 1,
                100 * burntNanos / NANOS_PER_SECOND / seconds);
        System.out.printf(
                Locale.ROOT,
                "RESULT lapsWhileStopped=%.1f largestLagSets=%d largestLagBytes=%d largestLagMillis=%d"
                        + " stoppedLagMillis=%d%n",
                result.lapsWhileStopped(),
                result.largestLagSets(),
                result.largestLagBytes(),
                result.largestLagMillis(),
                result.stoppedLagMillis());
    }

    @Override
    public void close() throws IOException {
        asking.shutdownNow();
        for (ChildProcess standby : standbys) {
            standby.close();
        }
        primary.close();
        unit.close();
    }
}
