package org.pmuconnector.sample.demo.process;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A Payara Micro with the resource adapter and the sample's web archive on it. */
public final class MicroServer {

    private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);

    /** The line that says ready, or one that says why it will not be of use although it says ready afterwards. */
    private static final Pattern READY = Pattern.compile("Payara Micro .* ready in");

    private static final Pattern FAILED = Pattern.compile(
            "(?m)^.*(Boot Command .* failed|remote failure|Exception while loading the app|Deployment failed"
                    + "|Failed to deploy|not a valid type of deployment archive).*$");

    /** Payara Micro has no switch for the address to listen on. */
    private static final String LOOPBACK_ONLY = "set configs.config.server-config.network-config.network-listeners"
            + ".network-listener.http-listener.address=127.0.0.1";

    private final ChildProcess process;
    private final URI baseUri;

    private MicroServer(ChildProcess process, URI baseUri) {
        this.process = process;
        this.baseUri = baseUri;
    }

    /**
     * What a server is made of.
     *
     * @param microJar Payara Micro
     * @param rar the resource adapter
     * @param war the sample
     * @param unitAddress the unit that the adapter uses
     * @param systemProperties for the sample and the adapter, as {@code NAME=VALUE}
     */
    public record Settings(Path microJar, Path rar, Path war, String unitAddress, List<String> systemProperties) {

        /** Copies the list. */
        public Settings {
            systemProperties = List.copyOf(systemProperties);
        }
    }

    /**
     * How a server differs from the usual one.
     *
     * @param machineOptions for its virtual machine, after the usual ones, so that they win
     * @param earlyCommands run before it serves anything, as for settings that it reads once
     * @param libraries archives that all applications and resources of the server see
     */
    public record Extras(List<String> machineOptions, List<String> earlyCommands, List<Path> libraries) {

        /** A server as usual. */
        public static final Extras NONE = new Extras(List.of(), List.of(), List.of());

        /** Copies the lists. */
        public Extras {
            machineOptions = List.copyOf(machineOptions);
            earlyCommands = List.copyOf(earlyCommands);
            libraries = List.copyOf(libraries);
        }
    }

    /**
     * Starts a server; does not wait for it, so that several can start at the same time.
     *
     * @param name the server's and its adapter instance's name: letters, digits and hyphens
     * @param port its HTTP port on the loopback address
     */
    public static MicroServer start(ProcessGroup group, String name, int port, Settings settings) throws IOException {
        return start(group, name, port, settings, bootCommands(name, settings));
    }

    /**
     * The same with boot commands of the caller's own, which deploy the adapter and make what the application needs.
     *
     * @param bootCommands in the server's order: an adapter's settings, the adapter, its pools, their names
     */
    public static MicroServer start(
            ProcessGroup group, String name, int port, Settings settings, List<String> bootCommands)
            throws IOException {
        return start(group, name, port, settings, bootCommands, Extras.NONE);
    }

    /** The same with what makes the server unlike the usual one. */
    public static MicroServer start(
            ProcessGroup group, String name, int port, Settings settings, List<String> bootCommands, Extras extras)
            throws IOException {
        return start(group, name, port, settings, List.of(settings.war()), bootCommands, extras);
    }

    /** The same without any command: the application defines by annotations what it needs of the adapter. */
    public static MicroServer startUnconfigured(ProcessGroup group, String name, int port, Settings settings)
            throws IOException {
        return start(group, name, port, settings, List.of(settings.rar(), settings.war()), List.of(), Extras.NONE);
    }

    private static MicroServer start(
            ProcessGroup group,
            String name,
            int port,
            Settings settings,
            List<Path> archives,
            List<String> bootCommands,
            Extras extras)
            throws IOException {
        Path home = Files.createDirectories(group.directory().resolve(name));
        Path temporary = Files.createDirectories(home.resolve("tmp"));
        List<String> early = new ArrayList<>(List.of(LOOPBACK_ONLY));
        early.addAll(extras.earlyCommands());
        Path earlyFile = Files.write(home.resolve("early.txt"), early);
        Path bootFile = Files.write(home.resolve("boot.txt"), bootCommands);
        List<String> command = new ArrayList<>(List.of(
                JavaCommand.javaExecutable(),
                "-XX:+UseSerialGC",
                // Both servers start at the same time on few processors: quick compilation is worth more than good
                // code.
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-Djava.io.tmpdir=" + temporary,
                "-Dpmu.sample.serverName=" + name));
        settings.systemProperties().forEach(property -> command.add("-D" + property));
        command.addAll(extras.machineOptions());
        command.addAll(List.of(
                "-jar",
                settings.microJar().toString(),
                "--nohazelcast",
                "--disablephonehome",
                "--port",
                Integer.toString(port),
                "--prebootcommandfile",
                earlyFile.toString(),
                "--postbootcommandfile",
                bootFile.toString()));
        archives.forEach(archive -> command.addAll(List.of("--deploy", archive.toString())));
        extras.libraries().forEach(library -> command.addAll(List.of("--addlibs", library.toString())));
        ChildProcess process = group.start(name, command);
        return new MicroServer(
                process, URI.create("http://127.0.0.1:" + port + "/" + contextRoot(settings.war()) + "/"));
    }

    /** In this order: the adapter's settings before the adapter, the pool after it. */
    private static List<String> bootCommands(String name, Settings settings) {
        return List.of(
                "create-resource-adapter-config --property unitAddress=" + escaped(settings.unitAddress())
                        + ":instanceName=" + name + " pmu-connector",
                "deploy --name pmu-connector " + settings.rar(),
                "create-connector-connection-pool --raname pmu-connector"
                        + " --connectiondefinition org.pmuconnector.checkpoint.CheckpointConnectionFactory"
                        + " --transactionsupport XATransaction --steadypoolsize 1 --maxpoolsize 8 --ping=true"
                        + " --property region=orders orders-pool",
                "create-connector-resource --poolname orders-pool eis/orders");
    }

    /** Payara Micro takes it from the archive's name. */
    private static String contextRoot(Path war) {
        return war.getFileName().toString().replaceFirst("\\.war$", "");
    }

    /** A value in a list of properties of a command: colons separate these. */
    public static String escaped(String value) {
        return value.replace(":", "\\:");
    }

    /**
     * Waits until the sample is deployed.
     *
     * @throws ProcessFailedException if a boot command or the deployment failed, or the time is over
     */
    public void awaitReady() throws IOException, InterruptedException {
        process.awaitOutput(READY, READY_TIMEOUT);
        var failure = FAILED.matcher(process.output());
        if (failure.find()) {
            throw process.failed("started, but reports: " + failure.group().strip());
        }
    }

    /** Where the sample is, with a slash at the end. */
    public URI baseUri() {
        return baseUri;
    }

    /** The server's name. */
    public String name() {
        return process.name();
    }

    /** The process. */
    public ChildProcess process() {
        return process;
    }
}
