package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.pmuconnector.sample.demo.Demo;

/**
 * Whole processes: a unit, two Payara Micro servers, a stream of orders, and a SIGKILL for the primary at a random moment,
 * time and again. Nothing acknowledged may be lost or applied twice, and the survivor's books must equal those of a run
 * without failure. {@code -Dfailover.rounds=N -Dfailover.seed=S} choose how often, and repeat the moments.
 */
class FailoverIT {

    private static final int ORDERS = 4_000;
    private static final int ROUND_TIMEOUT_MINUTES = 5;

    @TestFactory
    Stream<DynamicTest> kill_atARandomMoment_losesAndRepeatsNothing() {
        String configured = System.getProperty("failover.seed", "").strip();
        long seed = configured.isEmpty() ? System.nanoTime() & 0xFFFF_FFFFL : Long.parseLong(configured);
        int rounds = Integer.parseInt(System.getProperty("failover.rounds"));
        System.out.println(
                "failover: " + rounds + " rounds, seed " + seed + " (repeat with -Dfailover.seed=" + seed + ")");
        Random seeds = new Random(seed);
        return IntStream.rangeClosed(1, rounds).mapToObj(round -> test(round, rounds, seeds.nextLong() & 0xFFFF_FFFFL));
    }

    private static DynamicTest test(int round, int rounds, long seed) {
        return DynamicTest.dynamicTest("round " + round + " of " + rounds + ", seed " + seed, () -> failOver(seed));
    }

    private static void failOver(long seed) throws IOException, InterruptedException {
        Process demo =
                new ProcessBuilder(command(seed)).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(demo.getInputStream(), StandardCharsets.UTF_8))) {
            String line = output.readLine();
            while (line != null) {
                System.out.println(line);
                lines.add(line);
                line = output.readLine();
            }
            assertThat(demo.waitFor(ROUND_TIMEOUT_MINUTES, TimeUnit.MINUTES)).isTrue();
        } finally {
            demo.destroyForcibly();
        }
        assertThat(lines).isNotEmpty();
        assertThat(lines.get(lines.size() - 1))
                .matches("RESULT acknowledged=" + ORDERS + " lost=0 duplicated=0 failoverMillis=\\d+ digest=match");
        assertThat(demo.exitValue()).isZero();
    }

    private static List<String> command(long seed) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Ddemo.seed=" + seed,
                "-Ddemo.orderCount=" + ORDERS,
                "-Ddemo.endWithParent=true",
                "-Ddemo.pmuJar=" + System.getProperty("pmu.jar"),
                "-Ddemo.rar=" + System.getProperty("pmu.rar"),
                "-Ddemo.war=" + System.getProperty("pmu.sample.war"),
                "-Ddemo.payaraMicroJar=" + System.getProperty("payara.micro.jar"),
                "-Ddemo.workDirectory=" + System.getProperty("failover.workDirectory"),
                Demo.class.getName());
    }
}
