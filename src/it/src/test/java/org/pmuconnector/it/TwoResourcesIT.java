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
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
 * Transactions with two resources, a database (H2) and a region, by a transaction manager (Narayana) that logs its
 * decisions. The process ends before and after each step of the two-phase protocol at each resource; the next one
 * recovers.
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

    /** All steps, in the order in which they happen. */
    private static List<String> steps() {
        return Stream.of("prepare", "commit")
                .flatMap(step -> RESOURCES.stream()
                        .flatMap(resource ->
                                Stream.of("before", "after").map(moment -> resource + " " + moment + " " + step)))
                .toList();
    }

    private static List<Integer> next(List<Integer> orders, int count) {
        return IntStream.rangeClosed(orders.size() + 1, orders.size() + count)
                .boxed()
                .toList();
    }

    /** From the first commit on, the transaction manager has decided. */
    private static boolean isDecided(String step) {
        return step.endsWith("commit");
    }

    /** Both have the same orders: all that were acknowledged, and the one under way if it was decided. */
    @ParameterizedTest
    @ValueSource(strings = {"table", "region"})
    void writer_endedAtEachStep_leavesBothResourcesAgreed(String first) throws Exception {
        List<Integer> expected = new ArrayList<>();
        for (String step : steps()) {
            ChildProcess server = halt("OrderServer", first, step);
            assertOrders(server, "table", expected);
            assertOrders(server, "region", expected);
            expected.addAll(next(expected, isDecided(step) ? 3 : 2));
        }
        ChildProcess last = end("OrderServer");
        assertOrders(last, "table", expected);
        assertOrders(last, "region", expected);
    }

    /** A set that is delivered is in the database once, whenever the process ends. */
    @ParameterizedTest
    @ValueSource(strings = {"table", "region"})
    void consumer_endedAtEachStep_takesEachSetOnce(String first) throws Exception {
        List<Integer> taken = new ArrayList<>();
        List<Integer> written = new ArrayList<>();
        for (String step : steps()) {
            assertOrders(halt("OrderConsumer", first, step), "table", taken);
            written.addAll(next(written, 3));
            taken = new ArrayList<>(isDecided(step) ? written : written.subList(0, written.size() - 1));
        }
        ChildProcess last = end("OrderConsumer");
        assertOrders(last, "table", taken);
        assertOrders(last, "taken", written);
    }

    private ChildProcess halt(String program, String first, String haltAt) throws Exception {
        ChildProcess process = start(program, first, haltAt);
        assertThat(process.awaitEnd(PATIENCE)).as(process.output()).isEqualTo(HALTED);
        assertThat(process.output()).contains("halting " + haltAt).doesNotContain("not taken");
        System.out.println("two resources, " + program + ", " + first + " first: ended " + haltAt);
        return process;
    }

    private ChildProcess end(String program) throws Exception {
        ChildProcess process = start(program);
        assertThat(process.awaitEnd(PATIENCE)).as(process.output()).isZero();
        assertThat(process.output()).doesNotContain("not taken");
        return process;
    }

    private static void assertOrders(ChildProcess process, String where, List<Integer> expected) {
        assertThat(Pattern.compile("(?m)^" + where + " (\\[.*])$")
                        .matcher(process.output())
                        .results()
                        .map(line -> line.group(1)))
                .as(process.output())
                .containsExactly(expected.toString());
    }

    private ChildProcess start(String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                "org.pmuconnector.ra.twophase." + program,
                folder.toString(),
                unit.address()));
        command.addAll(List.of(arguments));
        return group.start("server-" + ++processes, command);
    }
}
