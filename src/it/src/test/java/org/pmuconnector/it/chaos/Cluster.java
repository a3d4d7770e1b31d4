package org.pmuconnector.it.chaos;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.pmuconnector.it.Signals;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.sample.demo.process.ChildProcess;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/** A unit and the servers of one region, each a process. One thread at a time. */
final class Cluster {

    /** For all that has to happen sooner or later: a machine may be busy. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int ACKNOWLEDGED_AGAIN = 20;
    private static final String REGION = "orders";

    private final ProcessGroup group;
    private final Hosts hosts;
    private final ServedUnit unit;
    private final List<String> classPath;
    private final boolean twoPhase;
    private final Random seeds;

    /** By host: the process that is there now. */
    private final TreeMap<Integer, ServerProcess> present = new TreeMap<>();

    private final List<ServerProcess> everybody = new ArrayList<>();
    private int commands;

    /** Something that is waited for. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private Cluster(ProcessGroup group, Hosts hosts, ServedUnit unit, List<String> classPath, Random seeds) {
        this.group = group;
        this.hosts = hosts;
        this.unit = unit;
        this.classPath = classPath;
        this.seeds = seeds;
        this.twoPhase = seeds.nextBoolean();
    }

    /** Starts all, and returns when there is a primary that writes, and the others have been told of something. */
    static Cluster start(
            ProcessGroup group, Hosts hosts, Timing timing, int servers, List<String> classPath, Random seeds)
            throws IOException, InterruptedException, PmuException {
        Cluster cluster = new Cluster(group, hosts, ServedUnit.format(group, hosts, timing), classPath, seeds);
        cluster.unit.serve();
        for (int host = 1; host <= servers; host++) {
            cluster.startServer(host);
        }
        cluster.awaitAvailable();
        cluster.await("all servers are told something", () -> cluster.present().allMatch(Cluster::takesPart));
        return cluster;
    }

    private static boolean takesPart(ServerProcess server) {
        return server.history().term() > 0 || server.history().toldUpTo() > 0;
    }

    private void startServer(int host) throws IOException {
        String name = "server" + host + "-" + (everybody.size() + 1);
        Path history = history(name);
        List<String> arguments = new ArrayList<>(List.of(
                name,
                history.toString(),
                quietFile().toString(),
                String.valueOf(seeds.nextLong()),
                String.valueOf(twoPhase)));
        everybody.stream()
                .filter(former -> former.host() == host)
                .forEach(former -> arguments.add(history(former.name()).toString()));
        ChildProcess process = group.start(name, program(host, "ChaosServer", "server" + host, arguments));
        ServerProcess server = new ServerProcess(host, process, history);
        present.put(host, server);
        everybody.add(server);
    }

    private Path history(String name) {
        return group.directory().resolve(name + ".history");
    }

    private Path quietFile() {
        return group.directory().resolve("quiet");
    }

    private List<String> program(int host, String main, String instance, List<String> arguments) {
        List<String> command = new ArrayList<>(hosts.launcher(host));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                String.join(File.pathSeparator, classPath),
                "org.pmuconnector.ra.chaos." + main,
                hosts.unitAddress(host),
                hosts.user(),
                ServedUnit.password(hosts),
                instance));
        command.addAll(arguments);
        return command;
    }

    Hosts hosts() {
        return hosts;
    }

    ServedUnit unit() {
        return unit;
    }

    /** Every process there ever was. */
    List<ServerProcess> everybody() {
        return everybody;
    }

    private Stream<ServerProcess> present() {
        return present.values().stream();
    }

    /** Who is the primary, and can be reached by signals; of several that think so, the newest. */
    Optional<ServerProcess> primary() {
        return present()
                .filter(server -> server.isMeantToLive() && server.history().term() > 0)
                .max((one, other) ->
                        Long.compare(one.history().term(), other.history().term()));
    }

    /** Waits for one. */
    ServerProcess awaitPrimary() throws IOException, InterruptedException {
        await("there is a primary", () -> primary().isPresent());
        return primary().orElseThrow();
    }

    /** The processes that live and are not the primary. */
    List<ServerProcess> standbys() {
        ServerProcess primary = primary().orElse(null);
        return present()
                .filter(server -> server.isMeantToLive() && server != primary)
                .toList();
    }

    /** How many servers have not been killed. */
    long living() {
        return present().filter(ServerProcess::isMeantToLive).count();
    }

    /** The newest epoch that anybody has started in. */
    long newestEpoch() {
        return everybody.stream()
                .flatMap(server -> server.history().told().stream())
                .filter(Told.Primary.class::isInstance)
                .mapToLong(told -> ((Told.Primary) told).epoch())
                .max()
                .orElse(0);
    }

    int acknowledged() {
        return everybody.stream()
                .mapToInt(server -> server.history().acknowledged())
                .sum();
    }

    /** Reads what everybody was told. */
    void look() throws IOException {
        for (ServerProcess server : everybody) {
            server.read();
            if (server.isMeantToLive() && !server.isAlive()) {
                throw new AssertionError(server.name() + " has ended by itself; see its log in " + group.directory());
            }
        }
    }

    /** Waits for something that must come. */
    void await(String what, Condition condition) throws IOException, InterruptedException {
        if (!holdsWithin(PATIENCE, condition)) {
            throw new AssertionError(
                    "after " + PATIENCE.toSeconds() + " s it does not hold that " + what + ": " + everybody);
        }
    }

    /** Whether something comes in that time. */
    boolean holdsWithin(Duration time, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        look();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
            look();
        }
        return true;
    }

    /** Lets a fault last. */
    void last(Duration time) throws IOException, InterruptedException {
        holdsWithin(time, () -> false);
    }

    /** The unit's process does nothing for that time. */
    void pauseUnit(Duration time) throws IOException, InterruptedException {
        Signals.stop(unit.process().pid());
        last(time);
        Signals.resume(unit.process().pid());
    }

    /** An operator's command about the region. It may fail: who is there to follow may be dead. */
    void operate(String... command) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("iwarp://" + hosts.unitListens(), REGION));
        ChildProcess tool = group.start(
                command[0] + "-" + ++commands, PmuDaemon.command(ServedUnit.PMU_JAR, arguments.toArray(String[]::new)));
        tool.awaitEnd(PATIENCE);
    }

    /** Every fault ends: links work, processes go on, those that are dead are started anew. */
    void heal() throws IOException, InterruptedException {
        hosts.heal();
        for (ServerProcess server : List.copyOf(present.values())) {
            server.resume();
            if (!server.isMeantToLive()) {
                startServer(server.host());
            }
        }
    }

    /** Waits until writes are acknowledged again, by whoever is the primary then. */
    void awaitAvailable() throws IOException, InterruptedException {
        look();
        int before = acknowledged();
        await("writes are acknowledged", () -> acknowledged() >= before + ACKNOWLEDGED_AGAIN);
    }

    /** Writing ends, and nobody is in a write any more. */
    void quiet() throws IOException, InterruptedException {
        Files.createFile(quietFile());
        await(
                "all writers have stopped",
                () -> present().allMatch(server -> server.history().isQuiet()));
    }

    /** All that is in the region, by a process that reads it anew. */
    List<Told.Delivered> content() throws IOException, InterruptedException {
        Path history = history("reader");
        ChildProcess reader = group.start("reader", program(1, "ChaosReader", "reader", List.of(history.toString())));
        if (reader.awaitEnd(PATIENCE) != 0) {
            throw reader.failed("could not read the region");
        }
        ProcessHistory read = new HistoryTail(history, "reader").read();
        List<Told.Delivered> content = new ArrayList<>();
        for (Told told : read.told()) {
            if (told instanceof Told.Delivered set) {
                content.add(set);
            } else {
                throw new AssertionError("the reader was told " + told);
            }
        }
        return content;
    }

    /**
     * Waits until one server is the primary and all others have been told of all.
     *
     * @param content of the region
     * @return the others' names
     */
    List<String> awaitCaughtUp(List<Told.Delivered> content) throws IOException, InterruptedException {
        long length = content.stream().mapToLong(Told.Delivered::sequence).max().orElse(0);
        long lastRead = content.isEmpty() ? 0 : content.get(content.size() - 1).sequence();
        await(
                "one is the primary, and the others have all up to " + length,
                () -> present().filter(server -> server.history().term() > 0).count() == 1
                        && standbys().stream()
                                .allMatch(server -> server.history().hasAll(length, lastRead)));
        return standbys().stream().map(ServerProcess::name).toList();
    }
}
