package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.pmuconnector.it.defined.Ledger;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.MicroServer;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/** A Payara Micro that is given the archive of the adapter and an application, and no command: the application defines all. */
class DefinitionAnnotationsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = ServerHttp.newClient();
    private static final Path PMU_JAR = Path.of(System.getProperty("pmu.jar"));

    private static ProcessGroup group;
    private static PmuDaemon unit;
    private static MicroServer server;

    @BeforeAll
    static void start() throws Exception {
        group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
        unit = PmuDaemon.serve(group, PMU_JAR, PmuDaemon.format(group, PMU_JAR, "unit", "256m"), "127.0.0.1:0");
        PmuDaemon.format(group, PMU_JAR, "own", "64m");
        Path war = group.directory().resolve("defined.war");
        ShrinkWrap.create(WebArchive.class)
                .addPackage(Ledger.class.getPackage())
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        server = MicroServer.startUnconfigured(
                group,
                "server",
                FreePorts.find(1).get(0),
                new MicroServer.Settings(
                        Path.of(System.getProperty("payara.micro.jar")),
                        Path.of(System.getProperty("pmu.rar")),
                        war,
                        unit.address(),
                        List.of("pmu.unit=" + unit.address())));
        server.awaitReady();
    }

    @AfterAll
    static void stop() {
        if (group != null) {
            group.close();
        }
    }

    private static String get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private static String post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.baseUri().resolve(path)).timeout(PATIENCE);
    }

    private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void application_thatDefinesAll_writesReadsAndIsToldWhatItIs() throws Exception {
        assertThat(get("status/ledger"))
                .isEqualTo("ledger of " + unit.address() + ": NONE in epoch 0, unit does not answer");

        assertThat(post("append/one")).isEqualTo("appended one");
        assertThat(post("append/two")).isEqualTo("appended two");

        assertThat(get("entries")).isEqualTo("one two");
        assertThat(get("status/ledger"))
                .isEqualTo("ledger of " + unit.address() + ": PRIMARY in epoch 1, unit answers");
        assertThat(PmuDaemon.run(group, PMU_JAR, "regions", "regions", unit.address()))
                .as("regions as the factory's definition makes them")
                .containsPattern("ledger +1048576 +65536 +VISIBLE +CLEARED .*audit@0");
    }

    @Test
    void messageDrivenBean_thatDefinesItsActivation_becomesThePrimary() throws Exception {
        String wanted = "followed of embedded:own: PRIMARY in epoch 1, unit answers";
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String found = get("status/followed");
        while (!found.equals(wanted)) {
            assertThat(System.nanoTime()).as(found).isLessThan(deadline);
            found = get("status/followed");
        }
    }
}
