package org.pmuconnector.it.console;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import org.pmuconnector.sample.demo.process.ChildProcess;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/** A Payara Server that has a copy of the default domain, on ports of its own that only this machine reaches. */
final class PayaraServer {

    private static final String DOMAIN = "domain1";
    private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
    private static final Duration COMMAND_TIMEOUT = Duration.ofMinutes(2);
    private static final Pattern STARTED = Pattern.compile("startup time");

    private static final String HTTP_PORT = "8080";
    private static final String ADMIN_PORT = "4848";

    /** All that the default domain listens on. */
    private static final List<String> DEFAULT_PORTS =
            List.of(HTTP_PORT, ADMIN_PORT, "8181", "8686", "3700", "3820", "3920", "7676", "6666");

    private final ProcessGroup group;
    private final Path home;
    private final Path domains;
    private final List<Integer> ports;
    private ChildProcess process;
    private int commands;

    private PayaraServer(ProcessGroup group, Path home, List<Integer> ports) {
        this.group = group;
        this.home = home;
        this.domains = group.directory().resolve("domains");
        this.ports = ports;
    }

    /**
     * Starts one and returns when it is ready.
     *
     * @param home where Payara Server is unpacked
     */
    static PayaraServer start(ProcessGroup group, Path home) throws IOException, InterruptedException {
        PayaraServer server = new PayaraServer(group, home, FreePorts.find(DEFAULT_PORTS.size()));
        server.makeDomain();
        // Verbose keeps the server a child of the command, which the group ends with all that it started.
        server.process = group.start(
                "payara",
                server.command(List.of("start-domain", "--verbose", "--domaindir", server.domains + "", DOMAIN)));
        server.process.awaitOutput(STARTED, START_TIMEOUT);
        return server;
    }

    private void makeDomain() throws IOException {
        copyTree(home.resolve("glassfish/domains").resolve(DOMAIN), domains.resolve(DOMAIN));
        Path file = domains.resolve(DOMAIN).resolve("config/domain.xml");
        String domain = Files.readString(file);
        Iterator<Integer> port = ports.iterator();
        for (String defaultPort : DEFAULT_PORTS) {
            domain = replaced(domain, "(?<=[\"=])" + defaultPort + "(?=[\"<])", port.next() + "");
        }
        domain = replaced(domain, "address=\"0\\.0\\.0\\.0\"", "address=\"127.0.0.1\"");
        domain = replaced(domain, "<network-listener port", "<network-listener address=\"127.0.0.1\" port");
        // It neither looks for other servers in the network nor tells its maker of itself.
        domain = replaced(domain, "<hazelcast-config-specific-configuration", "$0 enabled=\"false\"");
        domain = replaced(
                domain,
                "<security-configurations>",
                "<phone-home-runtime-configuration enabled=\"false\"></phone-home-runtime-configuration>$0");
        Files.writeString(file, domain);
    }

    /** A domain that looks otherwise than expected must not go unnoticed. */
    private static String replaced(String domain, String pattern, String replacement) throws IOException {
        String changed = domain.replaceAll(pattern, replacement);
        if (changed.equals(domain)) {
            throw new IOException("the default domain has no " + pattern);
        }
        return changed;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(visited)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Where its console is. */
    URI console() {
        return address(ADMIN_PORT);
    }

    /** Where its applications are. */
    URI applications() {
        return address(HTTP_PORT);
    }

    private URI address(String defaultPort) {
        return URI.create("http://127.0.0.1:" + port(defaultPort) + "/");
    }

    private int port(String defaultPort) {
        return ports.get(DEFAULT_PORTS.indexOf(defaultPort));
    }

    /** Has {@code asadmin} carry a command out and returns what it says. */
    String asadmin(String... arguments) throws IOException, InterruptedException {
        ChildProcess asadmin = command(arguments);
        if (asadmin.awaitEnd(COMMAND_TIMEOUT) != 0) {
            throw asadmin.failed("failed");
        }
        return asadmin.output();
    }

    /** The same for a command that the server must refuse. */
    String refusedAsadmin(String... arguments) throws IOException, InterruptedException {
        ChildProcess asadmin = command(arguments);
        if (asadmin.awaitEnd(COMMAND_TIMEOUT) == 0) {
            throw asadmin.failed("was carried out");
        }
        return asadmin.output();
    }

    private ChildProcess command(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("--host", "127.0.0.1", "--port", port(ADMIN_PORT) + ""));
        command.addAll(List.of(arguments));
        commands++;
        return group.start("asadmin-" + commands, command(command));
    }

    /** What it has printed so far, its log included. */
    String output() {
        return process.output();
    }

    /** Copies what it has printed so far to where it outlives the group. */
    void keepLog(Path file) throws IOException {
        Files.copy(process.log(), file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Ends it in good order. */
    void stop() throws IOException, InterruptedException {
        asadmin("stop-domain", "--domaindir", domains.toString(), DOMAIN);
    }

    /** What the script {@code asadmin} runs. */
    private List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                home.resolve("glassfish/lib/client/appserver-cli.jar").toString()));
        command.addAll(arguments);
        return command;
    }
}
