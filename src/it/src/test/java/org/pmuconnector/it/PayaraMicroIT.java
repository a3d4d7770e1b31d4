package org.pmuconnector.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.it.app.Calls;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * The adapter in Payara Micro, without any JVM flag, against a unit in a process of its own. The server starts before the
 * unit does: the first test sees it do without, and the unit come.
 */
@ExtendWith(ArquillianExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PayaraMicroIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern CONNECTIONS = Pattern.compile("(?m)^connections +(\\d+)$");

    private static final HttpClient HTTP = ServerHttp.newClient();
    private static final Path PMU_JAR = Path.of(System.getProperty("pmu.jar"));

    private static ProcessGroup group;
    private static PmuDaemon unit;

    @ArquillianResource
    private URL base;

    @Deployment(testable = false)
    static WebArchive application() {
        return ShrinkWrap.create(WebArchive.class, "it.war").addPackage(Calls.class.getPackage());
    }

    @AfterAll
    static void stopUnit() {
        if (group != null) {
            group.close();
        }
    }

    private static void startUnit() throws IOException, InterruptedException {
        if (unit == null) {
            group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
            Path file = PmuDaemon.format(group, PMU_JAR, "unit", "1g");
            unit = PmuDaemon.serve(group, PMU_JAR, file, "127.0.0.1:" + System.getProperty("it.unit.port"));
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    private String post(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.noBody()));
    }

    private URI uri(String path) {
        return URI.create(base.toString().endsWith("/") ? base + path : base + "/" + path);
    }

    private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString())
                .body();
    }

    private void awaitDelivery(String line) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String all = get("deliveries");
        while (!all.contains(line)) {
            assertThat(System.nanoTime())
                    .as("waiting for '%s' in:%n%s", line, all)
                    .isLessThan(deadline);
            all = get("deliveries");
        }
    }

    @Test
    @Order(1)
    void unit_unreachableAtStartAndComingLater_isReportedAndThenUsed() throws Exception {
        assertThat(get("recover/orders")).contains("UnitUnreachableException PMU-101 RETRY NOT_WRITTEN");
        assertThat(post("write/append/orders?texts=lost")).contains("UnitUnreachableException");

        startUnit();
        awaitDelivery("primary of followed valid true");
        assertThat(get("recover/orders")).isEmpty();
    }

    @Test
    @Order(2)
    void append_committed_isThereInOrder() throws Exception {
        startUnit();
        assertThat(post("write/append/orders?texts=a,b,c")).isEqualTo("OK\n");
        assertThat(get("recover/orders")).isEqualTo("UPDATE a\nUPDATE b\nUPDATE c\n");
    }

    @Test
    @Order(3)
    void append_rolledBack_isNowhere() throws Exception {
        startUnit();
        String before = get("recover/orders");
        assertThat(post("write/rollback/orders?texts=x,y")).isEqualTo("OK\n");
        assertThat(post("write/throw/orders?texts=x,y")).startsWith("FAILED").contains("made to fail");
        assertThat(get("recover/orders")).isEqualTo(before);
    }

    @Test
    @Order(4)
    void overwrite_thenAppend_recoversFromTheBase() throws Exception {
        startUnit();
        assertThat(post("write/overwrite/orders?texts=state")).isEqualTo("OK\n");
        assertThat(post("write/append/orders?texts=d")).isEqualTo("OK\n");
        assertThat(get("recover/orders")).isEqualTo("BASE state\nUPDATE d\n");
    }

    @Test
    @Order(5)
    void append_toTwoRegionsInOneTransaction_commitsOrRollsBackBoth() throws Exception {
        startUnit();
        assertThat(post("write/append/orders,ledger?texts=two")).isEqualTo("OK\n");
        assertThat(post("write/rollback/orders,ledger?texts=none")).isEqualTo("OK\n");
        assertThat(get("recover/orders")).endsWith("UPDATE two\n");
        assertThat(get("recover/ledger")).isEqualTo("UPDATE two\n");
    }

    @Test
    @Order(6)
    void append_withoutOrWithLocalTransactions_commits() throws Exception {
        startUnit();
        assertThat(post("write/outside/plain?texts=1,2")).isEqualTo("OK\n");
        assertThat(get("recover/plain")).isEqualTo("UPDATE 1\nUPDATE 2\n");
        assertThat(post("write/append/local?texts=3")).isEqualTo("OK\n");
        assertThat(post("write/localCommit/local?texts=4,5")).isEqualTo("OK\n");
        assertThat(post("write/localRollback/local?texts=6")).isEqualTo("OK\n");
        assertThat(get("recover/local")).isEqualTo("UPDATE 3\nUPDATE 4\nUPDATE 5\n");
    }

    @Test
    @Order(7)
    void pool_manyHandlesInTurn_reusesConnections() throws Exception {
        startUnit();
        assertThat(post("open/orders/1")).isEqualTo("OK\n");
        int before = connections();
        assertThat(post("open/orders/200")).isEqualTo("OK\n");
        awaitConnections(before);
    }

    /** The unit may still be at the end of a connection, such as that of the last question. */
    private static void awaitConnections(int expected) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        int found = connections();
        while (found != expected && System.nanoTime() < deadline) {
            found = connections();
        }
        assertThat(found).as("connections of the unit").isEqualTo(expected);
    }

    private static int connections() throws IOException, InterruptedException {
        String status = PmuDaemon.run(group, PMU_JAR, "status-" + System.nanoTime(), "status", unit.address());
        Matcher matcher = CONNECTIONS.matcher(status);
        assertThat(matcher.find()).as(status).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    @Order(8)
    void standby_primaryOutsideTheServer_isDeliveredInOrderAndAgainAfterAFailure() throws Exception {
        startUnit();
        writeOutside(new RegionSettings("watched", true, 0, 0, null, null), connection -> {
            connection.commit(List.of(update("one"), update("two")));
            connection.commit(List.of(update("three")));
            awaitDelivery("watched UPDATE 3 three");
        });
        assertThat(get("deliveries").lines().filter(line -> line.contains("watched")))
                .containsExactly("watched UPDATE 1 one", "watched UPDATE 2 two", "watched UPDATE 3 three");
    }

    /** What a primary does that is not this server. */
    private interface Outside {
        void write(RegionConnection connection) throws Exception;
    }

    private static void writeOutside(RegionSettings region, Outside primary) throws Exception {
        InstanceSettings settings = new InstanceSettings("outside", Duration.ofSeconds(5), Duration.ofSeconds(10));
        try (var fabric = Fabrics.of(UnitAddress.parse(unit.address()), FabricOptions.defaults());
                Instance outside = Instance.of(settings, fabric)) {
            Thread session = new Thread(outside::run, "session");
            session.setDaemon(true);
            session.start();
            try (RegionConnection connection = outside.region(region).connect(null)) {
                primary.write(connection);
            }
        }
    }

    /** The bean writes to another region in the transaction of the delivery. */
    @Test
    @Order(9)
    void consumer_failingNowAndThen_takesEachSetOnceAndParksWhatItCannotTake() throws Exception {
        startUnit();
        writeOutside(new RegionSettings("queue", true, 0, 0, null, Retention.CLEARED), connection -> {
            connection.commit(List.of(update("1"), update("2"), update("bad 3"), update("4")));
            connection.commit(List.of(update("5")));
            awaitTaken("5");
            connection.commit(List.of(update("6"), update("7")));
            awaitTaken("7");
            connection.commit(List.of(update("bad 8"), update("9")));
            awaitTaken("9");
        });

        assertThat(get("recover/taken").lines())
                .containsExactly("UPDATE 1", "UPDATE 2", "UPDATE 4", "UPDATE 5", "UPDATE 6", "UPDATE 7", "UPDATE 9");
        assertThat(get("deliveries")).doesNotContain("taker is reset").containsPattern("taker gets [4-9]");
        assertThat(PmuDaemon.run(group, PMU_JAR, "parked", "parked", unit.address(), "queue"))
                .containsPattern("taker +3 .*cannot take what is bad")
                .containsPattern("taker +8 ");
    }

    private void awaitTaken(String text) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String all = get("recover/taken");
        while (!all.contains("UPDATE " + text)) {
            assertThat(System.nanoTime())
                    .as("waiting for %s in:%n%s", text, all)
                    .isLessThan(deadline);
            all = get("recover/taken");
        }
    }

    private static PendingSet update(String text) {
        return PendingSet.update(text.getBytes(UTF_8), 0);
    }

    @Test
    @Order(10)
    void badInput_ofEachKind_isAClearTypedError() throws Exception {
        startUnit();
        assertThat(get("recover/nowhere"))
                .contains("RegionUnknownException PMU-301")
                .contains("nowhere");
        assertThat(get("recover/nonsense")).contains("PMU-201 RECONFIGURE").contains("nonsense://there");
        assertThat(get("recover/unformatted")).contains("PMU-203 RECONFIGURE").contains("no-such-unit");
        assertThat(post("write/bytes/tiny?texts=200000")).contains("PayloadTooLargeException PMU-304");
        // The server only warns of a property that the adapter does not have.
        assertThat(get("recover/unknownproperty")).startsWith("BASE state");
        assertThat(post("write/append/orders?texts=unharmed")).isEqualTo("OK\n");
    }

    @Test
    @Order(11)
    void append_regionFull_isRefusedWholeAndTyped() throws Exception {
        startUnit();
        int stored = fill("write/bytes/tiny?texts=8192", "RollbackException");
        // A container hides why a commit rolled back; without a transaction the adapter's own error arrives.
        stored += fill("write/outside/tiny?texts=" + "x".repeat(1000), "RegionFullException PMU-303 RETRY NOT_WRITTEN");
        assertThat(get("recover/tiny").lines()).hasSize(stored);
    }

    @Test
    @Order(12)
    void regionBean_inTheServer_countsWhatWasDone() throws Exception {
        startUnit();
        assertThat(get("recover/local")).contains("UPDATE");
        long before = Long.parseLong(get("shown/local/Commits").strip());
        assertThat(post("write/append/local?texts=counted,too")).isEqualTo("OK\n");

        assertThat(get("shown/local/Role")).isEqualTo("PRIMARY\n");
        assertThat(get("shown/local/Commits")).isEqualTo(before + 1 + "\n");
        assertThat(get("shown/watched/Role")).isEqualTo("STANDBY\n");
        assertThat(get("shown/watched/Activations")).isEqualTo("1\n");
    }

    @Test
    @Order(13)
    void monitors_madeByCommands_tellWhatTheServerIs() throws Exception {
        startUnit();
        assertThat(post("write/append/local?texts=seen")).isEqualTo("OK\n");

        assertThat(get("monitor/local")).isEqualTo("local PRIMARY 1 answers true unread -1\n");
        assertThat(get("monitor/watched")).isEqualTo("watched STANDBY 1 answers true unread 0\n");
    }

    private int fill(String request, String refusal) throws IOException, InterruptedException {
        int stored = 0;
        String answer = post(request);
        while (answer.equals("OK\n")) {
            stored++;
            assertThat(stored).isLessThan(100);
            answer = post(request);
        }
        assertThat(answer).startsWith("FAILED").contains(refusal);
        return stored;
    }
}
