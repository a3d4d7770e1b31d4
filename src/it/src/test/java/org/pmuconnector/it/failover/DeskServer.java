package org.pmuconnector.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.pmuconnector.it.TransactionSettings;
import org.pmuconnector.it.proxy.FaultProxy;
import org.pmuconnector.sample.demo.DeskClient;
import org.pmuconnector.sample.demo.DeskClient.Answer;
import org.pmuconnector.sample.demo.process.MicroServer;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * A Payara Micro with the sample on it, which records into the unit and the database. It keeps its name, its ports and its
 * transaction log from one process to the next.
 */
final class DeskServer {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);
    private static final int UPDATES_PER_BASE = 200;

    /**
     * Longer than any partition: where the second phase of a commit is given up, Payara tries it again after its next start
     * only.
     */
    private static final int OPERATION_TIMEOUT_MILLIS = 20_000;

    /** A busy machine needs half of it for the pools. */
    private static final int RECOVERY_DELAY_SECONDS = 30;

    private final ProcessGroup group;
    private final String name;
    private final int httpPort;
    private final FaultProxy link;
    private final OrderDatabase database;
    private final Path folder;
    private final Path library;
    private final HaltOrder order;
    private final DeskClient client = new DeskClient(ANSWER_PATIENCE);
    private MicroServer server;
    private int starts;

    DeskServer(ProcessGroup group, String name, int httpPort, FaultProxy link, OrderDatabase database)
            throws IOException {
        this.group = group;
        this.name = name;
        this.httpPort = httpPort;
        this.link = link;
        this.database = database;
        folder = Files.createDirectory(group.directory().resolve(name + "-data"));
        library = TransactionSettings.haltingLibrary(folder);
        order = new HaltOrder(folder.resolve("halt-at"));
    }

    /** Starts a process that goes on where the last one was. */
    void start() throws IOException {
        order.cancel();
        if (server != null) {
            Path log = server.process().log();
            Files.copy(log, log.resolveSibling(name + "-" + starts + ".log"), StandardCopyOption.REPLACE_EXISTING);
        }
        starts++;
        String unit = "iwarp://127.0.0.1:" + link.port();
        server = MicroServer.start(
                group,
                name,
                httpPort,
                new MicroServer.Settings(
                        Path.of(System.getProperty("payara.micro.jar")),
                        Path.of(System.getProperty("pmu.rar")),
                        Path.of(System.getProperty("pmu.sample.war")),
                        unit,
                        List.of(
                                "pmu.sample.database=jdbc/orders",
                                "pmu.sample.updatesPerBase=" + UPDATES_PER_BASE,
                                "pmu.it.haltAtFile=" + order.file())),
                bootCommands(unit),
                new MicroServer.Extras(
                        List.of(),
                        TransactionSettings.recovery(folder, name, RECOVERY_DELAY_SECONDS),
                        List.of(library)));
    }

    private List<String> bootCommands(String unit) {
        List<String> commands = new ArrayList<>(List.of(
                "create-resource-adapter-config --property unitAddress=" + MicroServer.escaped(unit) + ":instanceName="
                        + name + ":operationTimeoutMillis=" + OPERATION_TIMEOUT_MILLIS + " pmu-connector",
                "deploy --name pmu-connector " + System.getProperty("pmu.rar"),
                "create-connector-connection-pool --raname pmu-connector"
                        + " --connectiondefinition org.pmuconnector.checkpoint.CheckpointConnectionFactory"
                        + " --transactionsupport XATransaction --steadypoolsize 1 --maxpoolsize 8"
                        + " --property region=" + ServerPair.REGION + " orders-pool",
                "create-connector-resource --poolname orders-pool eis/orders"));
        commands.addAll(TransactionSettings.haltingDatabase(database.url()));
        return commands;
    }

    void awaitReady() throws IOException, InterruptedException {
        server.awaitReady();
    }

    String name() {
        return name;
    }

    /** The same for all its processes. */
    URI uri() {
        return URI.create("http://127.0.0.1:" + httpPort + "/pmu-sample/");
    }

    FaultProxy link() {
        return link;
    }

    long pid() {
        return server.process().pid();
    }

    /** Ends it by SIGKILL. */
    void kill() throws IOException, InterruptedException {
        server.process().kill();
        awaitEnd();
    }

    void awaitEnd() throws IOException, InterruptedException {
        server.process().awaitEnd(PATIENCE);
    }

    boolean isRunning() {
        return server.process().isAlive();
    }

    /** Has it end at the next moment of its two-phase commits that has this name; returns when it has. */
    void endAt(String moment) throws IOException, InterruptedException {
        order.end(moment);
        awaitEnd();
        assertThat(server.process().output()).contains("halting " + moment);
    }

    /** Has a transaction stay at that moment; returns when one does. */
    void holdAt(String moment) throws IOException, InterruptedException {
        String line = "holding " + moment;
        long before = Pattern.compile(line)
                .matcher(server.process().output())
                .results()
                .count();
        order.hold(moment);
        server.process().awaitOutput(Pattern.compile("(?s)(?:" + line + ".*?){" + (before + 1) + "}"), PATIENCE);
    }

    /** Lets the transaction go on that was held. */
    void goOn() throws IOException {
        order.cancel();
    }

    /** How the sample on it does; empty if it does not answer. */
    Optional<JsonObject> status() throws InterruptedException {
        return get("status");
    }

    /** The digest of all that it holds; empty if it does not answer. */
    Optional<String> digest(String book) throws InterruptedException {
        return get("book?depth=0&book=" + book).map(answer -> answer.getString("deskDigest"));
    }

    private Optional<JsonObject> get(String path) throws InterruptedException {
        try {
            Answer answer = client.get(uri(), path);
            return answer.isOk() ? Optional.of(answer.json()) : Optional.empty();
        } catch (IOException unreachable) {
            return Optional.empty();
        }
    }
}
