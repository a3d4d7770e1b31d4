package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.it.operator.Footprint;
import org.pmuconnector.sample.demo.process.ChildProcess;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * The archive, a pool and an application with a message-driven bean are deployed, used and undeployed in one Payara Micro, time
 * and again: the server holds no more afterwards than it did when it was warm.
 */
class RedeploymentIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int ROUNDS = Integer.getInteger("redeployment.rounds", 50);

    /** From here on what the server itself keeps of deployments is there. */
    private static final int WARM_ROUNDS = Math.min(10, ROUNDS / 2);

    /** What the server remembers of its last ones for a while. */
    private static final int MAX_ADAPTERS = 3;

    /** The server's pools fill up to their sizes, also without the archive; a thread left each time would be more. */
    private static final int MAX_MORE_THREADS = 20;

    private static final int MAX_MORE_DESCRIPTORS = 8;

    /**
     * The JDK keeps a buffer for each thread that has read or written a channel, and the server another one for each of its
     * HTTP threads, some of which may come late. One left by each deployment would be five times as many.
     */
    private static final int MAX_MORE_DIRECT_BUFFERS = 8;

    /** The server generates classes for itself, fewer and fewer; the adapter's, left each time, would be many times more. */
    private static final double MAX_METASPACE_GROWTH = 1.15;

    private ProcessGroup group;

    @BeforeEach
    void prepare() throws Exception {
        group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
    }

    @AfterEach
    void end() {
        group.close();
    }

    @Test
    void archive_deployedTimeAndAgain_leavesNothing() throws Exception {
        Path jar = Path.of(System.getProperty("pmu.jar"));
        PmuDaemon unit = PmuDaemon.serve(group, jar, PmuDaemon.format(group, jar, "unit", "64m"), "127.0.0.1:0");
        OperatedServer server = start();
        Path desk = OperatedServer.desk(group.directory());
        String adapter = "unitAddress=" + unit.address().replace(":", "\\:") + ":instanceName=server";
        Footprint warm = null;
        Footprint last = null;
        for (int round = 1; round <= ROUNDS; round++) {
            server.deploy(adapter, desk);
            server.awaitPrimary(round - 1);
            assertThat(server.post("desk/append/order" + round, "")).isEqualTo("appended order" + round);
            assertThat(server.post("desk/committed", "")).isEqualTo("committed " + round);
            server.undeploy();
            last = Footprint.parse(server.get("operator/footprint"));
            if (round == WARM_ROUNDS) {
                warm = last;
            }
            if (round % WARM_ROUNDS == 0) {
                System.out.println("after " + round + " deployments: " + last);
            }
        }

        assertThat(last.adapters()).isLessThanOrEqualTo(MAX_ADAPTERS);
        assertThat(last.threads()).isLessThanOrEqualTo(warm.threads() + MAX_MORE_THREADS);
        assertThat(last.descriptors()).isLessThanOrEqualTo(warm.descriptors() + MAX_MORE_DESCRIPTORS);
        assertThat(last.directBuffers()).isLessThanOrEqualTo(warm.directBuffers() + MAX_MORE_DIRECT_BUFFERS);
        assertThat((double) last.metaspaceKib()).isLessThanOrEqualTo(warm.metaspaceKib() * MAX_METASPACE_GROWTH);
    }

    private OperatedServer start() throws Exception {
        int port = FreePorts.find(1).get(0);
        ChildProcess process = group.start(
                "server",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-jar",
                        System.getProperty("payara.micro.jar"),
                        "--nohazelcast",
                        "--port",
                        String.valueOf(port),
                        "--deploy",
                        OperatedServer.operator(group.directory()).toString(),
                        "--contextroot",
                        "operator"));
        process.awaitOutput(Pattern.compile("(Payara Micro .* ready in)"), PATIENCE);
        return new OperatedServer(URI.create("http://127.0.0.1:" + port + "/"), PATIENCE);
    }
}
