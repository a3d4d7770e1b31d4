package org.pmuconnector.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.pmuconnector.it.proxy.FaultProxy;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/** A unit, a database, and two servers that use both, each by a link of its own to the unit. */
final class ServerPair implements AutoCloseable {

    static final String REGION = "orders";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path PMU_JAR = Path.of(System.getProperty("pmu.jar"));

    private final ProcessGroup group;
    private final Path unitFile;
    private final String listen;
    private final OrderDatabase database;
    private final List<DeskServer> servers;
    private PmuDaemon unit;
    private int tools;

    private ServerPair(
            ProcessGroup group, Path unitFile, PmuDaemon unit, OrderDatabase database, List<DeskServer> servers) {
        this.group = group;
        this.unitFile = unitFile;
        this.unit = unit;
        this.listen = unit.address().replace("iwarp://", "");
        this.database = database;
        this.servers = servers;
    }

    /** All is started, and one of the servers is the primary. */
    static ServerPair start(ProcessGroup group) throws IOException, InterruptedException, SQLException {
        List<Integer> ports = FreePorts.find(4);
        Path file = PmuDaemon.format(group, PMU_JAR, "unit", "256m");
        PmuDaemon unit = PmuDaemon.serve(group, PMU_JAR, file, "127.0.0.1:" + ports.get(0));
        OrderDatabase database = OrderDatabase.start(group, ports.get(1));
        List<DeskServer> servers = List.of(
                new DeskServer(group, "alpha", ports.get(2), pathTo(ports.get(0)), database),
                new DeskServer(group, "beta", ports.get(3), pathTo(ports.get(0)), database));
        ServerPair pair = new ServerPair(group, file, unit, database, servers);
        for (DeskServer server : servers) {
            server.start();
        }
        pair.awaitWhole();
        return pair;
    }

    private static FaultProxy pathTo(int port) throws IOException {
        return FaultProxy.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    List<DeskServer> servers() {
        return servers;
    }

    OrderDatabase database() {
        return database;
    }

    /** The server that is the primary; waits for there to be one. */
    DeskServer primary() throws InterruptedException {
        return Eventually.found(this::findPrimary, PATIENCE, "a primary");
    }

    private Optional<DeskServer> findPrimary() throws InterruptedException {
        for (DeskServer server : servers) {
            if (isPrimary(server)) {
                return Optional.of(server);
            }
        }
        return Optional.empty();
    }

    DeskServer other(DeskServer server) {
        return servers.get(server == servers.get(0) ? 1 : 0);
    }

    private static boolean isPrimary(DeskServer server) throws InterruptedException {
        return server.status().filter(status -> status.getBoolean("current")).isPresent();
    }

    /** The number of the primary's term. */
    int epoch() throws InterruptedException {
        return Eventually.found(() -> primary().status(), PATIENCE, "the primary's status")
                .getInt("epoch");
    }

    void awaitPrimary(DeskServer server) throws InterruptedException {
        Eventually.holds(() -> isPrimary(server), PATIENCE, server.name() + " to be the primary");
    }

    /** Waits until the unit does not answer a server any more, as far as that one knows. */
    void awaitCutOff(DeskServer server) throws InterruptedException {
        Eventually.holds(() -> unitState(server).equals("UNREACHABLE"), PATIENCE, server.name() + " to be cut off");
    }

    private static String unitState(DeskServer server) throws InterruptedException {
        return server.status()
                .map(status -> status.getJsonObject("unit").getString("state"))
                .orElse("");
    }

    /** Starts the servers that do not run. */
    void restartDead() throws IOException {
        for (DeskServer server : servers) {
            if (!server.isRunning()) {
                server.start();
            }
        }
    }

    /** Waits until both servers run, one as the primary and the other as the standby. */
    void awaitWhole() throws IOException, InterruptedException {
        for (DeskServer server : servers) {
            server.awaitReady();
        }
        Eventually.holds(this::isWhole, PATIENCE, "a primary and a standby");
    }

    private boolean isWhole() throws InterruptedException {
        int primaries = 0;
        int standbys = 0;
        for (DeskServer server : servers) {
            Optional<JsonObject> status = server.status();
            String role = status.map(answer -> answer.getString("role")).orElse("");
            boolean reachable = unitState(server).equals("REACHABLE");
            primaries += reachable && role.equals("PRIMARY") && status.get().getBoolean("current") ? 1 : 0;
            standbys += reachable && role.equals("STANDBY") ? 1 : 0;
        }
        return primaries == 1 && standbys == 1;
    }

    /** Ends the unit's process by SIGKILL, and serves the unit again. */
    void restartUnit() throws IOException, InterruptedException {
        unit.process().kill();
        assertThat(unit.process().awaitEnd(PATIENCE)).isNotZero();
        unit = PmuDaemon.serve(group, PMU_JAR, unitFile, listen);
    }

    /** Has the operator hand the region over. */
    void switchOver() throws IOException, InterruptedException {
        pmu("switchover", unit.address(), REGION);
    }

    /** Which instances have branches in the region that its log has no outcome of, with what is known of each. */
    List<String> inDoubt() throws IOException, InterruptedException {
        return Pattern.compile("(?m)^[0-9a-f]+:\\S+ +(\\S+) +(\\S+(?: \\S+)*)  ")
                .matcher(pmu("log", "--in-doubt", unit.address(), REGION))
                .results()
                .map(branch -> branch.group(1) + " " + branch.group(2))
                .toList();
    }

    private String pmu(String... arguments) throws IOException, InterruptedException {
        tools++;
        return PmuDaemon.run(group, PMU_JAR, "pmu-" + tools, arguments);
    }

    @Override
    public void close() throws IOException, SQLException {
        database.close();
        for (DeskServer server : servers) {
            server.link().close();
        }
    }
}
