package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.arjuna.ats.jta.TransactionManager;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.h2.jdbcx.JdbcDataSource;
import org.jboss.logging.Logger;
import org.jboss.tm.XAResourceWrapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.sample.demo.process.ChildProcess;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * A process writes orders to a database (H2) and to a region in one transaction each, by a transaction manager (Narayana)
 * that logs its decisions. It ends before and after each step of the two-phase protocol at each resource; the next one
 * recovers. Then both have the same orders: all that were acknowledged, and the one under way if it was decided.
 */
class TwoResourcesIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What the process ends with where it was told to. */
    private static final int HALTED = 42;

    private static final List<String> RESOURCES = List.of("table", "region");

    private ProcessGroup group;
    private PmuDaemon unit;
    private Path folder;
    private String classPath;
    private int processes;

    @BeforeEach
    void serve() throws Exception {
        group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
        Path jar = Path.of(System.getProperty("pmu.jar"));
        unit = PmuDaemon.serve(group, jar, PmuDaemon.format(group, jar, "unit", "64m"), "127.0.0.1:0");
        folder = Files.createDirectory(group.directory().resolve("server"));
        List<String> path = new ArrayList<>(RarClassPath.unpack(Files.createDirectory(folder.resolve("adapter"))));
        for (Class<?> type :
                new Class<?>[] {TransactionManager.class, XAResourceWrapper.class, Logger.class, JdbcDataSource.class
                }) {
            path.add(RarClassPath.placeOf(type));
        }
        classPath = String.join(File.pathSeparator, path);
    }

    @AfterEach
    void end() {
        group.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "region"})
    void process_endedAtEachStep_leavesBothResourcesAgreed(String first) throws Exception {
        List<Integer> expected = new ArrayList<>();
        for (String step : List.of("prepare", "commit")) {
            for (String resource : RESOURCES) {
                for (String moment : List.of("before", "after")) {
                    halt(first, resource + " " + moment + " " + step, expected);
                    int next = expected.size() + 1;
                    // From the first commit on, the transaction manager has decided.
                    expected.addAll(
                            step.equals("commit") ? List.of(next, next + 1, next + 2) : List.of(next, next + 1));
                }
            }
        }
        ChildProcess last = start();
        assertThat(last.awaitEnd(PATIENCE)).as(last.output()).isZero();
        assertOrders(last, expected);
    }

    private void halt(String first, String haltAt, List<Integer> before) throws Exception {
        ChildProcess server = start(first, haltAt);
        assertThat(server.awaitEnd(PATIENCE)).as(server.output()).isEqualTo(HALTED);
        assertThat(server.output()).contains("halting " + haltAt);
        assertOrders(server, before);
        System.out.println("two resources, " + first + " first: ended " + haltAt + "; agreed before on " + before.size()
                + " orders");
    }

    private static void assertOrders(ChildProcess server, List<Integer> expected) {
        for (String resource : RESOURCES) {
            assertThat(Pattern.compile("(?m)^" + resource + " (\\[.*])$")
                            .matcher(server.output())
                            .results()
                            .map(line -> line.group(1)))
                    .as(server.output())
                    .containsExactly(expected.toString());
        }
    }

    private ChildProcess start(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                "org.pmuconnector.ra.twophase.OrderServer",
                folder.toString(),
                unit.address()));
        command.addAll(List.of(arguments));
        return group.start("server-" + ++processes, command);
    }
}
