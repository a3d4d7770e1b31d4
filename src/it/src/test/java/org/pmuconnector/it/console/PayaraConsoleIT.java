package org.pmuconnector.it.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;
import org.pmuconnector.it.Certificates;
import org.pmuconnector.it.ServerHttp;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * What an administrator does with the adapter in Payara Server's console, by clicking, up to an order that the sample writes
 * through what was made there. Each test goes on from where the one before left the server.
 */
@Tag(ConsoleFilter.TAG)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PayaraConsoleIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path PMU_JAR = Path.of(System.getProperty("pmu.jar"));
    private static final Path PICTURES = Path.of(System.getProperty("console.screenshots"));
    private static final HttpClient HTTP = ServerHttp.newClient();

    private static final String CONFIGS = "Resource Adapter Configs";
    private static final String POOLS = "Connector Connection Pools";
    private static final String EDIT_POOL = "Edit Connector Connection Pool";
    private static final String EDIT_PROPERTIES = "Edit Connector Connection Pool Properties";
    private static final String RESOURCES = "Connector Resources";
    private static final String MONITORS = "Admin Object Resources";

    private static ProcessGroup group;
    private static PmuDaemon unit;
    private static PayaraServer server;
    private static AdminConsole console;

    @BeforeAll
    static void start() throws Exception {
        Path browser = Chromium.installed().orElseThrow(() -> new IllegalStateException(Chromium.MISSING));
        Files.createDirectories(PICTURES);
        group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
        Path file = PmuDaemon.format(group, PMU_JAR, "unit", "512m");
        unit = PmuDaemon.serve(group, PMU_JAR, file, "127.0.0.1:0");
        server = PayaraServer.start(group, Path.of(System.getProperty("payara.server")));
        server.asadmin("deploy", "--name", "pmu-connector", System.getProperty("pmu.rar"));
        console = AdminConsole.open(browser, server.console(), PICTURES);
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            if (console != null) {
                console.close();
            }
            if (server != null) {
                server.keepLog(PICTURES.resolve("payara.log"));
                server.stop();
            }
        } finally {
            if (group != null) {
                group.close();
            }
        }
    }

    /** How the test left the console, for whoever looks for why it failed. */
    @AfterEach
    void keepPicture(TestInfo test) {
        console.keepPicture(test.getTestMethod().orElseThrow().getName());
    }

    @Test
    @Order(1)
    void adapterConfig_new_showsEachPropertyWithItsDefaultAndTakesTheUnit() throws Exception {
        console.chooseInTree(CONFIGS, CONFIGS);
        console.press("New...", "New Resource Adapter Config");
        console.selectAndReload(":resAdaptorProp", "pmu-connector");

        assertThat(console.properties()).isEqualTo(AnnotatedProperties.of("PmuResourceAdapter"));
        assertThat(console.isMasked("password")).isTrue();
        assertThat(console.isMasked("user")).isFalse();

        console.setProperty("unitAddress", unit.address());
        console.setProperty("instanceName", "console");
        console.keepPictureOfProperties("payara-adapter-config");
        console.press("OK", CONFIGS);
        assertThat(server.asadmin("get", "resources.resource-adapter-config.pmu-connector.property.unitAddress"))
                .contains(unit.address());
    }

    @Test
    @Order(2)
    void pool_new_showsEachPropertyWithItsDefault() throws Exception {
        console.chooseInTree("Connectors", "Connectors");
        console.follow(POOLS, POOLS);
        console.press("New...", "New Connector Connection Pool (Step 1 of 2)");
        // The choice of an adapter brings a new page; a name that was written before is not there any more.
        console.selectAndReload(":resAdapterProp:db", "pmu-connector");
        console.fill(":jndiProp:name", "orders-pool");
        console.select(":connectionDefProp:db", "org.pmuconnector.checkpoint.CheckpointConnectionFactory");
        console.press("Next", "New Connector Connection Pool (Step 2 of 2)");

        assertThat(console.properties()).isEqualTo(AnnotatedProperties.of("CheckpointManagedConnectionFactory"));

        console.fill(":initSizeProp:ds", "1");
        console.select(":transprop:trans", "XATransaction");
        console.setProperty("region", "orders");
        console.keepPictureOfProperties("payara-pool");
        console.press("Finish", POOLS);
    }

    @Test
    @Order(3)
    void pool_pinged_reachesTheUnitAndMakesTheRegion() throws Exception {
        console.follow("orders-pool", EDIT_POOL);
        console.press("Ping", EDIT_POOL);

        console.awaitMessage("Ping Succeeded");
        console.keepPicture("payara-ping");
        assertThat(pmu("regions")).contains("orders");
    }

    @Test
    @Order(4)
    void property_changed_isSaved() throws Exception {
        console.follow("Additional Properties", EDIT_PROPERTIES);
        Map<String, String> expected = new TreeMap<>(AnnotatedProperties.of("CheckpointManagedConnectionFactory"));
        expected.put("region", "orders");
        // The console keeps no property that is empty.
        expected.values().removeIf(String::isEmpty);
        assertThat(console.properties()).isEqualTo(expected);

        console.setProperty("createRegion", "false");
        console.press("Save", EDIT_PROPERTIES);
        console.awaitMessage("successfully saved");

        console.chooseInTree("Connectors", "Connectors");
        console.follow(POOLS, POOLS);
        console.follow("orders-pool", EDIT_POOL);
        console.follow("Additional Properties", EDIT_PROPERTIES);
        expected.put("createRegion", "false");
        assertThat(console.properties()).isEqualTo(expected);
    }

    @Test
    @Order(5)
    void resource_new_isThere() throws Exception {
        console.chooseInTree("Connectors", "Connectors");
        console.follow(RESOURCES, RESOURCES);
        console.press("New...", "New Connector Resource");
        console.fill(":jnditext", "eis/orders");
        console.select(":PoolName", "orders-pool");
        console.press("OK", RESOURCES);

        assertThat(server.asadmin("list-connector-resources")).contains("eis/orders");
    }

    @Test
    @Order(6)
    void monitor_new_showsEachPropertyAndTakesTheRegion() throws Exception {
        console.chooseInTree("Connectors", "Connectors");
        console.follow(MONITORS, MONITORS);
        console.press("New...", "New Admin Object Resource");
        console.selectAndReload(":resAdaptorProp", "pmu-connector");

        assertThat(console.properties()).isEqualTo(AnnotatedProperties.of("CheckpointRegionMonitor"));

        console.fill(":nameNew:name", "eis/ordersMonitor");
        console.setProperty("region", "orders");
        console.press("OK", MONITORS);
        assertThat(propertiesOf("admin-object-resource.eis/ordersMonitor")).containsEntry("region", "orders");
    }

    @Test
    @Order(7)
    void sample_deployed_writesAnOrderThroughThePool() throws Exception {
        server.asadmin("deploy", "--name", "pmu-sample", System.getProperty("pmu.sample.ear"));

        assertThat(awaitReceipt("34200.1,1,1,100,1000000,1")).contains("\"accepted\":1");
        assertThat(pmu("log", "orders")).containsPattern("SET +1 +1 ");
    }

    @Test
    @Order(8)
    void pool_madeByACommandWithEveryPropertyItsOwn_hasThemAndIsPinged() throws Exception {
        Map<String, String> properties = new TreeMap<>(Map.of(
                "createRegion", "false",
                "maxBaseBytes", "65536",
                "persistenceLevel", "VISIBLE",
                "region", "ledger",
                "regionSizeBytes", "1048576",
                "retain", "CLEARED",
                "subscription", "audit",
                "unitAddress", unit.address(),
                "unitDownPolicy", "WAIT"));
        assertNoneIsDefault(properties, "CheckpointManagedConnectionFactory");
        assertThat(ping("ledger-pool", properties)).contains("region 'ledger'").contains("PMU-301");
        pmu("create", "ledger", "--size", "1m", "--max-base", "64k", "--level", "visible", "--retain", "cleared");

        assertThat(server.asadmin("ping-connection-pool", "ledger-pool")).contains("executed successfully");

        assertThat(propertiesOf("connector-connection-pool.ledger-pool")).isEqualTo(properties);
    }

    /** What the server says of the first ping of a new pool. */
    private static String ping(String pool, Map<String, String> properties) throws IOException, InterruptedException {
        server.asadmin(
                "create-connector-connection-pool",
                "--raname",
                "pmu-connector",
                "--connectiondefinition",
                "org.pmuconnector.checkpoint.CheckpointConnectionFactory",
                "--transactionsupport",
                "XATransaction",
                "--steadypoolsize",
                "0",
                "--property",
                joined(properties),
                pool);
        return server.refusedAsadmin("ping-connection-pool", pool);
    }

    @Test
    @Order(9)
    void adapterConfig_madeByACommandWithEveryPropertyItsOwn_startsWithThem() throws Exception {
        Certificates certificates = new Certificates(group);
        certificates.serveOptions("unit");
        Map<String, String> properties = new TreeMap<>(Map.of(
                "busyPollMicros",
                "0",
                "connectTimeoutMillis",
                "2000",
                "instanceName",
                "second",
                "operationTimeoutMillis",
                "5000",
                "password",
                "open-sesame",
                "tlsCaFile",
                certificates.authorityFile().toString(),
                "tlsCertificateFile",
                certificates.certificateFile("unit").toString(),
                "tlsKeyFile",
                certificates.keyFile("unit").toString(),
                "unitAddress",
                unit.address(),
                "user",
                "desk"));
        assertNoneIsDefault(properties, "PmuResourceAdapter");

        server.asadmin("create-resource-adapter-config", "--property", joined(properties), "pmu-second");
        server.asadmin("deploy", "--name", "pmu-second", System.getProperty("pmu.rar"));

        assertThat(propertiesOf("resource-adapter-config.pmu-second")).isEqualTo(properties);
        assertThat(server.output()).contains("The resource adapter has started as instance second.");
    }

    @Test
    @Order(10)
    void adapterConfig_outOfRange_isRefusedWhenTheAdapterIsDeployed() throws Exception {
        server.asadmin("create-resource-adapter-config", "--property", "operationTimeoutMillis=0", "pmu-third");

        assertThat(server.refusedAsadmin("deploy", "--name", "pmu-third", System.getProperty("pmu.rar")))
                .contains("operationTimeoutMillis");
    }

    private static void assertNoneIsDefault(Map<String, String> properties, String className) throws Exception {
        Map<String, String> defaults = AnnotatedProperties.of(className);
        assertThat(properties).containsOnlyKeys(defaults.keySet());
        properties.forEach(
                (name, value) -> assertThat(value).as(name).isNotEmpty().isNotEqualTo(defaults.get(name)));
    }

    /** As the commands take them: colons separate. */
    private static String joined(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(property -> property.getKey() + "=" + property.getValue().replace(":", "\\:"))
                .collect(Collectors.joining(":"));
    }

    /** What the server has for an object of its configuration. */
    private static Map<String, String> propertiesOf(String resource) throws IOException, InterruptedException {
        String prefix = "resources." + resource + ".property.";
        return server.asadmin("get", prefix + "*")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1)));
    }

    /** A standby of nobody becomes the primary soon; until then it refuses orders. */
    private static String awaitReceipt(String order) throws IOException, InterruptedException {
        URI orders = server.applications().resolve("pmu-sample/orders");
        HttpRequest request = HttpRequest.newBuilder(orders)
                .timeout(PATIENCE)
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString(order))
                .build();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
        while (answer.statusCode() == 503 && System.nanoTime() < deadline) {
            answer = HTTP.send(request, BodyHandlers.ofString());
        }
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String pmu(String command, String... arguments) throws IOException, InterruptedException {
        String[] all = new String[arguments.length + 2];
        all[0] = command;
        all[1] = unit.address();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return PmuDaemon.run(group, PMU_JAR, command, all);
    }
}
