package org.pmuconnector.it.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.it.OperatedServer;
import org.pmuconnector.it.operator.Traces;
import org.pmuconnector.sample.demo.process.FreePorts;

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

    @TempDir
    private Path directory;

    private int port;

    @Test
    void archive_deployedFiveTimesInTheServer_worksAndLeavesNothing() throws Exception {
        Path unit = VerbsUnitFile.format(directory);
        Path operator = OperatedServer.operator(directory);
        Path desk = OperatedServer.desk(directory);
        port = FreePorts.find(1).get(0);
        OperatedServer server = new OperatedServer(URI.create("http://127.0.0.1:" + port + "/"), PATIENCE);
        try (RdmaVm machine = RdmaVm.start(directory, machine(unit, operator))) {
            machine.awaitLine(Pattern.compile(".*Payara Micro .* ready in .*"), PATIENCE);
            for (int number = 1; number <= DEPLOYMENTS; number++) {
                server.deploy(adapterProperties(), desk);
                server.awaitPrimary(number - 1);
                assertThat(server.post("desk/append/order" + number, ""))
                        .as(machine.output())
                        .isEqualTo("appended order" + number);
                assertThat(server.post("desk/committed", "")).isEqualTo("committed " + number);
                Traces used = traces(server);
                assertThat(used.loaders()).as(machine.output()).isEqualTo(1);
                assertThat(used.libraries()).as(machine.output()).isEqualTo(1);
                server.undeploy();
                Traces left = traces(server);
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

    private static String adapterProperties() {
        return "unitAddress=" + UNIT.replace(":", "\\:")
                + ":connectTimeoutMillis=60000:operationTimeoutMillis=60000:instanceName=server:user="
                + VerbsUnitFile.USER + ":password=" + VerbsUnitFile.PASSWORD;
    }

    private static Traces traces(OperatedServer server) throws Exception {
        return Traces.parse(server.get("operator/traces"));
    }
}
