package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.pmuconnector.benchmarks.app.PoolCalls;
import org.pmuconnector.it.app.Calls;
import org.pmuconnector.it.pool.KeptConnections;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.MicroServer;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * Two pools in Payara Micro, each for a unit of its own; one of the units is killed and served again. Its pool drops what
 * broke in use, makes anew what broke while idle, and no more; the other pool keeps its connections.
 */
class PoolRecoveryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path PMU_JAR = Path.of(System.getProperty("pmu.jar"));
    private static final HttpClient HTTP = ServerHttp.newClient();

    private static final int POOLED = 5;
    private static final int IN_USE = 3;

    private static ProcessGroup group;
    private static Path leftFile;
    private static String leftListen;
    private static PmuDaemon left;
    private static PmuDaemon right;
    private static MicroServer server;

    @BeforeAll
    static void start() throws Exception {
        group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
        leftFile = PmuDaemon.format(group, PMU_JAR, "left", "1g");
        List<Integer> ports = FreePorts.find(2);
        leftListen = "127.0.0.1:" + ports.get(0);
        left = PmuDaemon.serve(group, PMU_JAR, leftFile, leftListen);
        right = PmuDaemon.serve(group, PMU_JAR, PmuDaemon.format(group, PMU_JAR, "right", "1g"), "127.0.0.1:0");
        Path war = group.directory().resolve("it.war");
        ShrinkWrap.create(WebArchive.class, "it.war")
                .addPackage(Calls.class.getPackage())
                .addPackage(KeptConnections.class.getPackage())
                .addClass(PoolCalls.class)
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        server = MicroServer.start(
                group,
                "server",
                ports.get(1),
                new MicroServer.Settings(
                        Path.of(System.getProperty("payara.micro.jar")),
                        Path.of(System.getProperty("pmu.rar")),
                        war,
                        right.address(),
                        List.of()),
                bootCommands());
        server.awaitReady();
    }

    @AfterAll
    static void stop() {
        if (group != null) {
            group.close();
        }
    }

    private static List<String> bootCommands() {
        List<String> commands = new ArrayList<>(List.of(
                "create-resource-adapter-config --property unitAddress=" + MicroServer.escaped(right.address())
                        + ":instanceName=server pmu-connector",
                "deploy --name pmu-connector " + System.getProperty("pmu.rar")));
        factory(commands, "left", left);
        factory(commands, "right", right);
        // The application has it injected.
        factory(commands, "orders", right);
        return commands;
    }

    private static void factory(List<String> commands, String name, PmuDaemon unit) {
        commands.add("create-connector-connection-pool --raname pmu-connector"
                + " --connectiondefinition org.pmuconnector.checkpoint.CheckpointConnectionFactory"
                + " --transactionsupport XATransaction --steadypoolsize 0 --maxpoolsize 16 --poolresize 1"
                + " --property region=" + name + ":unitAddress=" + MicroServer.escaped(unit.address()) + " " + name
                + "-pool");
        commands.add("create-connector-resource --poolname " + name + "-pool eis/" + name);
    }

    private static String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder().GET(), path);
    }

    private static String post(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder().POST(BodyPublishers.noBody()), path);
    }

    private static String delete(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder().DELETE(), path);
    }

    private static String send(HttpRequest.Builder request, String path) throws IOException, InterruptedException {
        return HTTP.send(
                        request.uri(server.baseUri().resolve(path))
                                .timeout(PATIENCE)
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    /** Has so many connections of a pool open at the same time, and then none. */
    private static void useAtOnce(String pool, int count) throws IOException, InterruptedException {
        assertThat(post("kept/" + pool + "?count=" + count)).isEqualTo("OK\n".repeat(count));
        assertThat(delete("kept/" + pool)).isEqualTo("OK\n");
    }

    @Test
    void pools_oneUnitKilledAndServedAgain_keepExactlyWhatWorks() throws Exception {
        assertThat(post("write/append/left,right?texts=before")).isEqualTo("OK\n");
        useAtOnce("left", POOLED);
        useAtOnce("right", POOLED);
        assertPool("left", POOLED);
        assertPool("right", POOLED);
        Set<String> rightBefore = connections(right);
        assertThat(rightBefore).hasSizeGreaterThanOrEqualTo(POOLED);

        assertThat(post("kept/left?count=" + IN_USE)).isEqualTo("OK\n".repeat(IN_USE));
        left.process().kill();
        assertThat(get("kept/left")).isEqualTo("UnitUnreachableException RETRY\n".repeat(IN_USE));
        assertThat(delete("kept/left")).isEqualTo("OK\n");
        assertPool("left", POOLED - IN_USE);
        assertThat(post("write/append/left?texts=lost")).contains("UnitUnreachableException", "NOT_WRITTEN");
        assertThat(post("write/append/right?texts=meanwhile")).isEqualTo("OK\n");

        left = PmuDaemon.serve(group, PMU_JAR, leftFile, leftListen);
        awaitAppend("left");
        useAtOnce("left", POOLED);
        assertPool("left", POOLED);
        assertThat(connections(left)).hasSize(POOLED + 1);
        assertThat(get("recover/left")).isEqualTo("UPDATE before\nUPDATE after\n");

        useAtOnce("right", POOLED);
        assertPool("right", POOLED);
        assertThat(connections(right)).isEqualTo(rightBefore);
    }

    /** So many connections, none of them in use, as the server and the adapter count them. */
    private static void assertPool(String pool, int size) throws IOException, InterruptedException {
        assertThat(get("pool/" + pool + "-pool")).isEqualTo("used=0 free=" + size + "\n");
        assertThat(get("shown/" + pool + "/PooledConnections")).isEqualTo(size + "\n");
    }

    private static void awaitAppend(String pool) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String answer = post("write/append/" + pool + "?texts=after");
        while (!answer.equals("OK\n")) {
            assertThat(System.nanoTime()).as(answer).isLessThan(deadline);
            assertThat(answer).contains("NOT_WRITTEN");
            answer = post("write/append/" + pool + "?texts=after");
        }
    }

    /** The adapter's connections to a unit, the session among them, by the numbers that a unit never gives twice. */
    private static Set<String> connections(PmuDaemon unit) throws IOException, InterruptedException {
        String table = PmuDaemon.run(group, PMU_JAR, "connections-" + System.nanoTime(), "connections", unit.address());
        return Pattern.compile("(?m)^(\\d+) .* server .*$")
                .matcher(table)
                .results()
                .map(line -> line.group(1))
                .collect(Collectors.toSet());
    }
}
