package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.MicroServer;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/** What a Payara Micro with the sample on it says of itself to those who watch it: readiness, and its log. */
class WatchedServerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = ServerHttp.newClient();

    private static ProcessGroup group;
    private static PmuDaemon unit;
    private static MicroServer server;

    @BeforeAll
    static void start() throws Exception {
        group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
        Path pmuJar = Path.of(System.getProperty("pmu.jar"));
        unit = PmuDaemon.serve(group, pmuJar, PmuDaemon.format(group, pmuJar, "unit", "256m"), "127.0.0.1:0");
        server = MicroServer.start(
                group,
                "server",
                FreePorts.find(1).get(0),
                new MicroServer.Settings(
                        Path.of(System.getProperty("payara.micro.jar")),
                        Path.of(System.getProperty("pmu.rar")),
                        Path.of(System.getProperty("pmu.sample.war")),
                        unit.address(),
                        List.of()));
        server.awaitReady();
    }

    @AfterAll
    static void stop() {
        if (group != null) {
            group.close();
        }
    }

    private static HttpResponse<String> awaitReadiness(Predicate<HttpResponse<String>> wanted)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.baseUri().resolve("/health/ready"))
                .timeout(PATIENCE)
                .build();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
        while (!wanted.test(answer)) {
            assertThat(System.nanoTime())
                    .as("%d %s", answer.statusCode(), answer.body())
                    .isLessThan(deadline);
            answer = HTTP.send(request, BodyHandlers.ofString());
        }
        return answer;
    }

    @Test
    void server_unitAnswersAndGoes_isReadyAndThenNot() throws Exception {
        String ready = awaitReadiness(
                        answer -> answer.statusCode() == 200 && answer.body().contains("pmu-connector"))
                .body();
        assertThat(ready).contains("\"unit " + unit.address() + "\":\"UP\"").contains("\"region orders\":\"PRIMARY\"");
        assertThat(server.process().output())
                .contains("PMU-M101 The resource adapter has started as instance server.")
                .contains("PMU-M201 Session with " + unit.address() + " is up")
                .contains("PMU-M301 Instance server is the primary of region orders in epoch 1.");

        unit.process().kill();

        String gone = awaitReadiness(answer -> answer.statusCode() == 503).body();
        assertThat(gone).contains("\"unit " + unit.address() + "\":\"DOWN\"");
        assertThat(server.process().output()).contains("PMU-M203 Session with " + unit.address() + " was lost");
    }
}
