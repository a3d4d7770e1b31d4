package org.pmuconnector.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.pmuconnector.it.RarClassPath;
import org.pmuconnector.it.chaos.FaultKind.Place;
import org.pmuconnector.it.chaos.Operation.Outcome;

/**
 * Rounds of chaos by seed. {@code -Dchaos.rounds=N -Dchaos.seed=S} choose how many, and repeat them; {@code
 * -Dchaos.only=K} runs the K-th alone. A round that fails leaves its histories and logs in {@code target/chaos/SEED}.
 */
class ChaosIT {

    /** In so many rounds, each kind of fault occurs. */
    private static final int ROUNDS_FOR_ALL = 30;

    private static final int VIOLATIONS_SHOWN = 10;

    private final List<RoundResult> results = new ArrayList<>();
    private final Set<FaultKind> seen = EnumSet.noneOf(FaultKind.class);
    private List<String> classPath;
    private Path directory;
    private long seed;
    private boolean namespaces;

    @TestFactory
    Stream<DynamicTest> chaos_inEveryRound_losesDuplicatesAndSplitsNothing() throws Exception {
        String configured = System.getProperty("chaos.seed", "").strip();
        seed = configured.isEmpty() ? System.nanoTime() & 0xFFFF_FFFFL : Long.parseLong(configured);
        int rounds = Integer.parseInt(System.getProperty("chaos.rounds"));
        String only = System.getProperty("chaos.only", "").strip();
        System.out.println("chaos: " + rounds + " rounds, seed " + seed + " (repeat with -Dchaos.seed=" + seed + ")");
        directory = Files.createDirectories(Path.of(System.getProperty("chaos.workDirectory"), String.valueOf(seed)));
        classPath = RarClassPath.unpack(Files.createTempDirectory(directory, "adapter-"));
        namespaces = hasNamespaces();
        List<Scenario> scenarios = Scenario.draw(rounds, seed, namespaces);
        Stream<DynamicTest> tests = scenarios.stream()
                .filter(scenario -> only.isEmpty() || scenario.number() == Integer.parseInt(only))
                .map(scenario -> DynamicTest.dynamicTest(
                        "round " + scenario.number() + " of " + rounds + ", seed " + seed,
                        () -> run(scenario, rounds)));
        return Stream.concat(
                tests, Stream.of(DynamicTest.dynamicTest("summary", () -> summarize(rounds, only.isEmpty()))));
    }

    private static boolean hasNamespaces() throws InterruptedException {
        String choice = System.getProperty("chaos.namespaces", "auto");
        if (choice.equals("off")) {
            return false;
        }
        String missing = NamespaceHosts.missing();
        if (!missing.isEmpty()) {
            assertThat(choice)
                    .as("chaos.namespaces; these cannot be made: " + missing)
                    .isEqualTo("auto");
            System.out.println("Without network namespaces, those rounds use proxies instead: " + missing);
        }
        return missing.isEmpty();
    }

    private void run(Scenario scenario, int rounds) throws Exception {
        Path place = directory.resolve("round-" + scenario.number());
        String what = "chaos: round " + scenario.number() + " of " + rounds + ", seed " + seed + ", "
                + scenario.servers() + " servers, " + scenario.network() + " " + scenario.faults();
        String repeat = "repeat with -Dchaos.rounds=" + rounds + " -Dchaos.seed=" + seed + " -Dchaos.only="
                + scenario.number() + "; histories and logs are in " + place;
        RoundResult result;
        try {
            result = new ChaosRound(scenario, classPath).run(place);
        } catch (Exception | AssertionError e) {
            System.out.println(what + ": FAILED, " + e.getMessage() + "; " + repeat);
            Stream.of(e.getSuppressed())
                    .limit(VIOLATIONS_SHOWN)
                    .forEach(violation -> System.out.println("  " + violation.getMessage()));
            throw e;
        }
        results.add(result);
        seen.addAll(scenario.faults());
        System.out.println(what + ": " + figures(List.of(result)));
        result.violations().stream().limit(VIOLATIONS_SHOWN).forEach(violation -> System.out.println("  " + violation));
        assertThat(result.violations()).as(repeat).isEmpty();
    }

    private static String figures(List<RoundResult> results) {
        return "acknowledged=" + sum(results, result -> result.operations(Outcome.ACKNOWLEDGED))
                + " refused=" + sum(results, result -> result.operations(Outcome.NOT_WRITTEN))
                + " unknown=" + sum(results, result -> result.operations(Outcome.UNKNOWN))
                + " delivered=" + sum(results, RoundResult::sets)
                + " takeovers=" + sum(results, RoundResult::takeovers)
                + " longestUnavailableMillis="
                + results.stream()
                        .mapToLong(result -> result.longestUnavailable().toMillis())
                        .max()
                        .orElse(0)
                + " lost=" + sum(results, RoundResult::lost)
                + " duplicated=" + sum(results, RoundResult::duplicated)
                + " splitBrainAcknowledgements=" + sum(results, RoundResult::splitBrain)
                + " otherViolations=" + sum(results, RoundResult::others);
    }

    private static long sum(List<RoundResult> results, ToLongFunction<RoundResult> figure) {
        return results.stream().mapToLong(figure).sum();
    }

    private void summarize(int rounds, boolean all) {
        System.out.println("CHAOS rounds=" + results.size() + " seed=" + seed + " " + figures(results));
        assertThat(sum(results, result -> result.violations().size()))
                .as("violations")
                .isZero();
        if (all) {
            assertThat(results.size()).as("rounds that came to their end").isEqualTo(rounds);
            if (rounds >= ROUNDS_FOR_ALL) {
                Set<FaultKind> missing = EnumSet.complementOf(EnumSet.copyOf(seen));
                missing.removeIf(kind -> kind.place() == Place.NAMESPACES && !namespaces);
                assertThat(missing).as("kinds of faults that did not occur").isEmpty();
            }
        }
    }
}
