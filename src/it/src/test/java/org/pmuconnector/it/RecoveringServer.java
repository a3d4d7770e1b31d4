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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.pmuconnector.it.recovery.OrderBean;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.MicroServer;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * A Payara Micro that takes orders into a database and a region, and whose database and transaction log outlive its
 * processes. Its transaction manager recovers by itself.
 */
final class RecoveringServer {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What the process ends with where it was told to. */
    private static final int HALTED = 42;

    private static final HttpClient HTTP = ServerHttp.newClient();

    /**
     * Payara Micro would recover before its boot commands have made the pools, and so without any resource; its command
     * {@code recover-transactions} fails with an error of its own.
     */
    private static final int RECOVERY_DELAY_SECONDS = 30;

    private final ProcessGroup group;
    private final String name;
    private final PmuDaemon unit;
    private final String serverId;
    private final Path folder;
    private final Path application;
    private final Path library;
    private MicroServer server;

    /**
     * A server that has not started.
     *
     * @param name its own, and the adapter instance's
     * @param serverId by which its transaction manager tells its branches from those of others
     */
    RecoveringServer(ProcessGroup group, String name, String serverId, PmuDaemon unit) throws IOException {
        this.group = group;
        this.name = name;
        this.serverId = serverId;
        this.unit = unit;
        folder = Files.createDirectory(group.directory().resolve(name + "-data"));
        application = folder.resolve("orders.war");
        ShrinkWrap.create(WebArchive.class, "orders.war")
                .addPackage(OrderBean.class.getPackage())
                .as(ZipExporter.class)
                .exportTo(application.toFile());
        library = TransactionSettings.haltingLibrary(folder);
    }

    /** Starts a process that recovers what the last one left. */
    void start() throws IOException {
        server = MicroServer.start(
                group,
                name,
                FreePorts.find(1).get(0),
                new MicroServer.Settings(
                        Path.of(System.getProperty("payara.micro.jar")),
                        Path.of(System.getProperty("pmu.rar")),
                        application,
                        unit.address(),
                        List.of()),
                bootCommands(),
                new MicroServer.Extras(
                        List.of(),
                        TransactionSettings.recovery(folder, serverId, RECOVERY_DELAY_SECONDS),
                        List.of(library)));
    }

    private List<String> bootCommands() {
        List<String> commands = new ArrayList<>(List.of(
                "create-resource-adapter-config --property unitAddress=" + MicroServer.escaped(unit.address())
                        + ":instanceName=" + name + " pmu-connector",
                "deploy --name pmu-connector " + System.getProperty("pmu.rar"),
                "create-connector-connection-pool --raname pmu-connector"
                        + " --connectiondefinition org.pmuconnector.checkpoint.CheckpointConnectionFactory"
                        + " --transactionsupport XATransaction --steadypoolsize 1 --maxpoolsize 8"
                        + " --property region=orders orders-pool",
                "create-connector-resource --poolname orders-pool eis/orders"));
        commands.addAll(
                TransactionSettings.haltingDatabase("jdbc:h2:file:" + folder.resolve("orders") + ";WRITE_DELAY=0"));
        return commands;
    }

    void awaitReady() throws IOException, InterruptedException {
        server.awaitReady();
    }

    /** Takes an order whose transaction uses this resource first. */
    String take(int order, String first) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(server.baseUri().resolve("orders/" + order + "?first=" + first))
                .POST(BodyPublishers.noBody()));
    }

    /** The same, and the process ends at a step of it. */
    void takeAndEnd(int order, String first, String haltAt) throws IOException, InterruptedException {
        String query = "?first=" + first + "&haltAt=" + haltAt.replace(' ', '+');
        CompletableFuture<HttpResponse<String>> answer = HTTP.sendAsync(
                HttpRequest.newBuilder(server.baseUri().resolve("orders/" + order + query))
                        .POST(BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        assertThat(server.process().awaitEnd(PATIENCE))
                .as(server.process().output())
                .isEqualTo(HALTED);
        assertThat(server.process().output()).contains("halting " + haltAt);
        assertThat(answer).failsWithin(PATIENCE);
    }

    /** What both resources have. */
    String orders() throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(server.baseUri().resolve("orders")).GET());
    }

    String output() {
        return server.process().output();
    }

    String name() {
        return name;
    }

    private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString())
                .body();
    }
}
