package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * In Payara Micro, one method of a bean writes an order to a database (H2) and to a region. The server ends at a step of
 * the two-phase protocol, by a data source of the tests' own; the next process's own transaction manager recovers,
 * without anybody's help. Then both have the same orders, and nothing is in doubt.
 */
class PayaraRecoveryIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path PMU_JAR = Path.of(System.getProperty("pmu.jar"));

    private ProcessGroup group;
    private PmuDaemon unit;

    @BeforeEach
    void serve() throws Exception {
        group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
        unit = PmuDaemon.serve(group, PMU_JAR, PmuDaemon.format(group, PMU_JAR, "unit", "256m"), "127.0.0.1:0");
    }

    @AfterEach
    void end() {
        group.close();
    }

    @ParameterizedTest
    @CsvSource({
        "region, table before prepare, 1, false",
        "table, table before commit, 1, true",
        "table, table after commit, 1, true",
        "region, table before commit, 0, true",
    })
    void server_endedAtAStep_agreesAfterItsNextStart(String first, String haltAt, int inDoubtMeanwhile, boolean decided)
            throws Exception {
        RecoveringServer server = new RecoveringServer(group, "server", "server", unit);
        server.start();
        server.awaitReady();
        assertThat(server.take(1, first)).isEqualTo("OK\n");

        server.takeAndEnd(2, first, haltAt);
        assertThat(inDoubt()).hasSize(inDoubtMeanwhile);

        server.start();
        server.awaitReady();
        awaitInDoubt(List.of());
        String expected = decided ? "[1, 2]" : "[1]";
        awaitOrders(server, expected, expected);
        assertThat(server.take(3, first)).isEqualTo("OK\n");
    }

    /** Not even where the servers' own ids do not tell them apart. */
    @Test
    void twoServers_bothWithABranchInDoubt_recoverTheirOwnAlone() throws Exception {
        RecoveringServer one = new RecoveringServer(group, "one", "twin", unit);
        one.start();
        one.awaitReady();
        one.takeAndEnd(1, "table", "table before commit");
        RecoveringServer two = new RecoveringServer(group, "two", "twin", unit);
        two.start();
        two.awaitReady();
        two.takeAndEnd(2, "table", "table before commit");
        assertThat(inDoubt()).containsExactly("one in doubt", "two in doubt");

        two.start();
        two.awaitReady();
        awaitInDoubt(List.of("one in doubt"));
        awaitOrders(two, "[2]", "[2]");

        // The region's primary is the other one now, and writes what the unit keeps for it with its next transaction.
        one.start();
        one.awaitReady();
        awaitInDoubt(List.of("one commit decided by its instance, not written yet"));
        assertThat(two.take(3, "table")).isEqualTo("OK\n");
        awaitInDoubt(List.of());
        awaitOrders(one, "[1]", "[2, 1, 3]");
        awaitOrders(two, "[2, 3]", "[2, 1, 3]");
    }

    private static void awaitOrders(RecoveringServer server, String inTable, String inRegion) throws Exception {
        String agreed = "table " + inTable + "\nregion " + inRegion + "\nin doubt in table 0\n";
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String orders = server.orders();
        while (!orders.equals(agreed)) {
            assertThat(System.nanoTime())
                    .as("%s and not%n%s%n%s", orders, agreed, server.output())
                    .isLessThan(deadline);
            orders = server.orders();
        }
    }

    private void awaitInDoubt(List<String> branches) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<String> found = inDoubt();
        while (!found.equals(branches)) {
            assertThat(System.nanoTime()).as("in doubt: %s", found).isLessThan(deadline);
            found = inDoubt();
        }
    }

    /** The instance and the state of each of the region's branches that its log has no outcome of. */
    private List<String> inDoubt() throws Exception {
        String table = PmuDaemon.run(
                group, PMU_JAR, "log-" + System.nanoTime(), "log", "--in-doubt", unit.address(), "orders");
        return Pattern.compile("(?m)^[0-9a-f]+:\\S+ +(\\S+) +(\\S+(?: \\S+)*)  ")
                .matcher(table)
                .results()
                .map(branch -> branch.group(1) + " " + branch.group(2))
                .toList();
    }
}
