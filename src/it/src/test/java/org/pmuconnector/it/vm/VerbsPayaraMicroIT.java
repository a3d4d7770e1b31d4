package org.pmuconnector.it.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.it.desk.Desk;
import org.pmuconnector.it.operator.Operator;
import org.pmuconnector.it.operator.Traces;

/**
 * Payara Micro with the archive over verbs, in a machine with an RDMA device, without an option for its virtual machine: the
 * archive is used and deployed again, and the server runs on.
 */
@Tag(RdmaVmFilter.TAG)
class VerbsPayaraMicroIT {

    private static final int DEPLOYMENTS = 5;
    private static final int MAX_ADAPTERS = 3;
    private static final int SERVER_PORT = 8080;
    private static final String UNIT = "verbs://10.0.2.15:4791";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** {@code bash -c GUEST pmu JAVA JAR UNIT LISTEN MICRO PORT OPERATOR} */
    private static final String GUEST = """
            java=$1 jar=$2 unit=$3 listen=$4 micro=$5 port=$6 operator=$7
            "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$jar" serve "$unit" --listen "$listen" \\
              --lease-millis 60000 --limit handshakeTimeoutMillis=120000 &
            exec "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx1g -jar "$micro" --nohazelcast --port "$port" \\
              --deploy "$operator" --contextroot operator
            """;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private int port;

    @Test
    void archive_deployedFiveTimesInTheServer_worksAndLeavesNothing() throws Exception {
        Path unit = VerbsUnitFile.format(directory);
        Path operator = export("operator.war", Operator.class);
        Path desk = export("desk.war", Desk.class);
        port = RdmaVm.freePort();
        try (RdmaVm machine = RdmaVm.start(directory, machine(unit, operator))) {
            machine.awaitLine(Pattern.compile(".*Payara Micro .* ready in .*"), PATIENCE);
            for (int number = 1; number <= DEPLOYMENTS; number++) {
                deploy(desk);
                assertThat(post("desk/append/order" + number, ""))
                        .as(machine.output())
                        .isEqualTo("appended order" + number);
                assertThat(post("desk/committed", "")).isEqualTo("committed " + number);
                Traces used = traces();
                assertThat(used.loaders()).as(machine.output()).isEqualTo(1);
                assertThat(used.libraries()).as(machine.output()).isEqualTo(1);
                undeploy();
                Traces left = traces();
                assertThat(left.loaders()).as(machine.output()).isZero();
                assertThat(left.libraries()).as(machine.output()).isZero();
                assertThat(left.pinnedKib()).as(machine.output()).isZero();
                // The server itself remembers its last ones for a while.
                assertThat(left.adapters()).as(machine.output()).isLessThanOrEqualTo(MAX_ADAPTERS);
                System.out.println("deployment " + number + " over verbs in Payara Micro: " + used + ", left " + left);
            }
            assertThat(machine.output()).doesNotContain("UnsatisfiedLinkError");
        }
    }

    private List<String> machine(Path unit, Path operator) {
        return List.of(
                "--memory",
                "4096",
                "--forward",
                port + ":" + SERVER_PORT,
                "--timeout",
                "0",
                "--",
                "bash",
                "-c",
                GUEST,
                "pmu",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of(System.getProperty("pmu.jar")).toAbsolutePath().toString(),
                unit.toString(),
                UNIT,
                System.getProperty("payara.micro.jar"),
                String.valueOf(SERVER_PORT),
                operator.toString());
    }

    private Path export(String name, Class<?> ofPackage) {
        Path war = directory.resolve(name);
        ShrinkWrap.create(WebArchive.class, name)
                .addPackage(ofPackage.getPackage())
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        return war;
    }

    private void deploy(Path desk) throws Exception {
        command("create-resource-adapter-config --property unitAddress=" + UNIT.replace(":", "\\:")
                + ":connectTimeoutMillis=60000:operationTimeoutMillis=60000:instanceName=server:user="
                + VerbsUnitFile.USER + ":password=" + VerbsUnitFile.PASSWORD
                + " pmu-connector");
        command("deploy --name pmu-connector "
                + Path.of(System.getProperty("pmu.rar")).toAbsolutePath().normalize());
        command("create-connector-connection-pool --raname pmu-connector"
                + " --connectiondefinition org.pmuconnector.checkpoint.CheckpointConnectionFactory"
                + " --transactionsupport XATransaction --steadypoolsize 1"
                + " --property region=orders:regionSizeBytes=1048576 orders-pool");
        command("create-connector-resource --poolname orders-pool eis/orders");
        command("deploy --name desk --contextroot desk " + desk);
    }

    private void undeploy() throws Exception {
        command("undeploy desk");
        command("delete-connector-resource eis/orders");
        command("delete-connector-connection-pool orders-pool");
        command("undeploy pmu-connector");
        command("delete-resource-adapter-config pmu-connector");
    }

    private void command(String line) throws Exception {
        assertThat(post("operator/command", line)).as(line).startsWith("SUCCESS");
    }

    private Traces traces() throws Exception {
        return Traces.parse(send(HttpRequest.newBuilder(uri("operator/traces")).GET()));
    }

    private String post(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body)));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + "/" + path);
    }

    private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString())
                .body();
    }
}
