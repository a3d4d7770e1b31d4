package org.pmuconnector.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.pmuconnector.it.chaos.FaultKind.Place;
import org.pmuconnector.it.chaos.Operation.Outcome;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * One round: a unit and its servers, faults, and then none any more. In the end somebody has to be the primary and write, the
 * others have to have all, and what all were told has to be right.
 */
final class ChaosRound {

    /** With fewer, there is nobody to follow a primary. */
    private static final int FEWEST_SERVERS = 2;

    private final Scenario scenario;
    private final List<String> classPath;
    private final Random random;

    /**
     * A round that has not begun.
     *
     * @param classPath of the servers' programs
     */
    ChaosRound(Scenario scenario, List<String> classPath) {
        this.scenario = scenario;
        this.classPath = classPath;
        this.random = new Random(scenario.seed());
    }

    /**
     * Runs it. Where it fails, histories and logs stay.
     *
     * @param directory where it makes its own for its files
     */
    RoundResult run(Path directory) throws IOException, InterruptedException, PmuException {
        try (ProcessGroup group = ProcessGroup.create(directory);
                Hosts hosts = hosts()) {
            group.keepFiles();
            RoundResult result = judge(group, hosts);
            if (result.violations().isEmpty()) {
                group.deleteFiles();
            }
            return result;
        }
    }

    private Hosts hosts() throws IOException, InterruptedException {
        return scenario.network() == Place.NAMESPACES
                ? new NamespaceHosts(scenario.servers())
                : new LoopbackHosts(scenario.servers());
    }

    private RoundResult judge(ProcessGroup group, Hosts hosts) throws IOException, InterruptedException, PmuException {
        long began = System.nanoTime();
        Cluster cluster = Cluster.start(
                group, hosts, scenario.timing(), scenario.servers(), classPath, new Random(random.nextLong()));
        List<Told.Delivered> content;
        List<String> standbys;
        try {
            disturb(cluster);
            content = settle(cluster);
            standbys = cluster.awaitCaughtUp(content);
        } catch (IOException | AssertionError e) {
            // Why it did not come to its end may be in the histories.
            HistoryChecker.checkUnread(histories(cluster))
                    .forEach(violation -> e.addSuppressed(new AssertionError(violation)));
            throw e;
        }
        List<ProcessHistory> histories = histories(cluster);
        requireOneClock(histories, began, System.nanoTime());
        List<String> primaries = primaries(histories);
        if (scenario.network() == Place.PROXIES_FOR_A_MOMENT) {
            assertThat(primaries)
                    .as("primaries, while nothing lasted as long as lease and grace")
                    .hasSize(1);
        }
        return new RoundResult(
                length(content),
                outcomes(histories),
                takeovers(primaries),
                longestUnavailable(histories),
                HistoryChecker.check(histories, content, standbys));
    }

    /** Ends all faults and all writing, when it has begun again; what there is in the end. */
    private static List<Told.Delivered> settle(Cluster cluster) throws IOException, InterruptedException {
        cluster.heal();
        cluster.awaitAvailable();
        cluster.quiet();
        return cluster.content();
    }

    private static long length(List<Told.Delivered> content) {
        return content.stream().mapToLong(Told.Delivered::sequence).max().orElse(0);
    }

    private static List<ProcessHistory> histories(Cluster cluster) {
        return cluster.everybody().stream().map(ServerProcess::history).toList();
    }

    private static Map<Outcome, Long> outcomes(List<ProcessHistory> histories) {
        return histories.stream()
                .flatMap(history -> history.operations().stream())
                .collect(Collectors.groupingBy(
                        Operation::outcome, () -> new EnumMap<>(Outcome.class), Collectors.counting()));
    }

    /** Some faults are healed before the next one, others meet it. */
    private void disturb(Cluster cluster) throws IOException, InterruptedException {
        Faults faults = new Faults(cluster, scenario.timing(), random);
        for (FaultKind kind : scenario.faults()) {
            if (cluster.living() < FEWEST_SERVERS) {
                cluster.heal();
            }
            faults.strike(kind);
            if (random.nextBoolean()) {
                cluster.heal();
                cluster.awaitAvailable();
            }
        }
    }

    /** By whom the region was led, in the order of epochs. */
    private static List<String> primaries(List<ProcessHistory> histories) {
        NavigableMap<Long, String> byEpoch = new TreeMap<>();
        for (ProcessHistory history : histories) {
            for (Told told : history.told()) {
                if (told instanceof Told.Primary primary) {
                    byEpoch.put(primary.epoch(), history.process());
                }
            }
        }
        return List.copyOf(byEpoch.values());
    }

    /** How often another process followed. */
    private static int takeovers(List<String> primaries) {
        int takeovers = 0;
        for (int i = 1; i < primaries.size(); i++) {
            takeovers += primaries.get(i).equals(primaries.get(i - 1)) ? 0 : 1;
        }
        return takeovers;
    }

    /** What each process calls the time is what this one does, in whatever namespace it is. */
    private static void requireOneClock(List<ProcessHistory> histories, long began, long ended) {
        for (ProcessHistory history : histories) {
            for (Operation operation : history.operations()) {
                assertThat(operation.calledNanos())
                        .as("a time of " + history.process())
                        .isBetween(began, ended);
            }
        }
    }

    private static Duration longestUnavailable(List<ProcessHistory> histories) {
        long[] acknowledged = histories.stream()
                .flatMap(history -> history.operations().stream())
                .filter(operation -> operation.outcome() == Outcome.ACKNOWLEDGED)
                .mapToLong(Operation::returnedNanos)
                .sorted()
                .toArray();
        long longest = 0;
        for (int i = 1; i < acknowledged.length; i++) {
            longest = Math.max(longest, acknowledged[i] - acknowledged[i - 1]);
        }
        return Duration.ofNanos(longest);
    }
}
