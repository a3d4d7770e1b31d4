package org.pmuconnector.it.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace for each host, all at one switch, which is a bridge in a namespace of its own: nothing of this
 * machine's own network is touched. A cut is a wrong hardware address for the other end, so that frames of one direction go
 * to nobody and no end is told, as with a cable that is broken; it needs no firewall in the kernel.
 */
final class NamespaceHosts implements Hosts {

    /** Who the unit lets in: it listens where other hosts reach it. */
    static final String USER = "desk";

    private static final int UNIT = 0;
    private static final int UNIT_PORT = 4791;
    private static final String NOBODY = "02:00:00:00:00:ff";
    private static final int COMMAND_SECONDS = 20;

    /** Some 50 kB a second, and not much waits. */
    private static final List<String> SLOW = List.of("rate", "400kbit", "burst", "4kb", "latency", "200ms");

    private final String prefix = "pmu-chaos-" + ProcessHandle.current().pid();
    private final int count;
    private final Thread hook = new Thread(this::removeQuietly, "namespaces-close");

    /** Hosts of so many servers. */
    NamespaceHosts(int servers) throws IOException, InterruptedException {
        count = servers + 1;
        Runtime.getRuntime().addShutdownHook(hook);
        boolean made = false;
        try {
            make();
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    private void make() throws IOException, InterruptedException {
        ip("netns", "add", bridgeSpace());
        inSpace(bridgeSpace(), "link", "add", "br0", "type", "bridge");
        inSpace(bridgeSpace(), "link", "set", "br0", "up");
        for (int host = 0; host < count; host++) {
            add(host);
        }
        heal();
    }

    /** Why there cannot be any here, and how to change that; empty if there can. */
    static String missing() throws InterruptedException {
        try (NamespaceHosts probe = new NamespaceHosts(1)) {
            run(List.of("ip", "netns", "exec", probe.space(UNIT), "true"));
            return "";
        } catch (IOException e) {
            return "run as root, or as who has CAP_SYS_ADMIN and CAP_NET_ADMIN, with iproute2 installed ("
                    + e.getMessage() + ")";
        }
    }

    private void add(int host) throws IOException, InterruptedException {
        String port = "port" + host;
        ip("netns", "add", space(host));
        ip("link", "add", "eth0", "netns", space(host), "type", "veth", "peer", "name", port, "netns", bridgeSpace());
        inSpace(bridgeSpace(), "link", "set", port, "master", "br0", "up");
        inSpace(space(host), "link", "set", "eth0", "address", hardwareAddress(host), "up");
        inSpace(space(host), "link", "set", "lo", "up");
        inSpace(space(host), "address", "add", address(host) + "/24", "dev", "eth0");
    }

    private String space(int host) {
        return prefix + "-" + host;
    }

    private String bridgeSpace() {
        return prefix + "-bridge";
    }

    private static String address(int host) {
        return "192.0.2." + (host + 1);
    }

    private static String hardwareAddress(int host) {
        return "02:00:00:00:00:0" + (host + 1);
    }

    /** Nothing that a host sends reaches another. */
    void cut(int from, int to) throws IOException, InterruptedException {
        neighbour(from, to, NOBODY);
    }

    /** Nothing that a server sends reaches the unit. */
    void cutToUnit(int server) throws IOException, InterruptedException {
        cut(server, UNIT);
    }

    /** Nothing that the unit sends reaches a server. */
    void cutFromUnit(int server) throws IOException, InterruptedException {
        cut(UNIT, server);
    }

    private void neighbour(int from, int to, String address) throws IOException, InterruptedException {
        inSpace(space(from), "neighbour", "replace", address(to), "lladdr", address, "dev", "eth0", "nud", "permanent");
    }

    /** What a host sends is slow from now on. */
    void slow(int host) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("tc", "-n", space(host), "qdisc", "replace", "dev", "eth0", "root", "tbf"));
        command.addAll(SLOW);
        run(command);
    }

    @Override
    public void heal() throws IOException, InterruptedException {
        for (int host = 1; host < count; host++) {
            neighbour(host, UNIT, hardwareAddress(UNIT));
            neighbour(UNIT, host, hardwareAddress(host));
        }
        for (int host = 0; host < count; host++) {
            // Replaced by what is there to begin with: nothing.
            run(List.of("tc", "-n", space(host), "qdisc", "replace", "dev", "eth0", "root", "pfifo", "limit", "1000"));
        }
    }

    @Override
    public List<String> launcher(int host) {
        return List.of("ip", "netns", "exec", space(host));
    }

    @Override
    public String unitListens() {
        return address(UNIT) + ":" + UNIT_PORT;
    }

    @Override
    public String unitAddress(int host) {
        return "iwarp://" + unitListens();
    }

    @Override
    public String user() {
        return USER;
    }

    private void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        run(command);
    }

    private void inSpace(String space, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip", "-n", space));
        command.addAll(List.of(arguments));
        run(command);
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    /** With them go the links and all that is in them. */
    private void remove() throws IOException, InterruptedException {
        List<String> spaces = new ArrayList<>(List.of(bridgeSpace()));
        for (int host = 0; host < count; host++) {
            spaces.add(space(host));
        }
        for (String space : spaces) {
            Process delete = new ProcessBuilder("ip", "netns", "delete", space)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            delete.waitFor();
        }
    }

    private void removeQuietly() {
        try {
            remove();
        } catch (IOException e) {
            System.err.println("network namespaces are left behind: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        removeQuietly();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
