package org.pmuconnector.sample.demo.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A persistent memory unit served by a process of its own on a port of the loopback address. */
public final class PmuDaemon {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Pattern READY = Pattern.compile("(?m)^listening on (\\S+)$");

    private final ChildProcess process;
    private final Path jar;
    private final String address;

    private PmuDaemon(ChildProcess process, Path jar, String address) {
        this.process = process;
        this.jar = jar;
        this.address = address;
    }

    /**
     * Formats a unit in a file of the group's directory.
     *
     * @param jar the daemon's executable jar
     * @param size as the command takes it, for example {@code 256m}
     * @return the unit's file
     */
    public static Path format(ProcessGroup group, Path jar, String unitName, String size)
            throws IOException, InterruptedException {
        Path unit = group.directory().resolve(unitName);
        ChildProcess format =
                group.start(unitName + "-format", command(jar, "format", unit.toString(), "--size", size));
        if (format.awaitEnd(TIMEOUT) != 0) {
            throw format.failed("could not format the unit");
        }
        return unit;
    }

    /**
     * Serves a unit and returns when it takes connections.
     *
     * @param listen host and port; port 0 for any that is free
     */
    public static PmuDaemon serve(ProcessGroup group, Path jar, Path unit, String listen)
            throws IOException, InterruptedException {
        return serve(group, jar, unit, listen, List.of("--allow-anonymous"));
    }

    /**
     * The same with options of its own.
     *
     * @param listen host and port, after {@code iwarps://} for TLS
     * @param options of {@code pmu serve}: who is let in, and certificates
     */
    public static PmuDaemon serve(ProcessGroup group, Path jar, Path unit, String listen, List<String> options)
            throws IOException, InterruptedException {
        return serve(group, unit.getFileName() + "-serve", List.of(), jar, unit, listen, options);
    }

    /**
     * The same by a process with a name of its own.
     *
     * @param name of the process and its log: another one where a unit is served again and both are to be read
     * @param launcher the command that runs the daemon's, for example in a network namespace; empty for none
     */
    public static PmuDaemon serve(
            ProcessGroup group,
            String name,
            List<String> launcher,
            Path jar,
            Path unit,
            String listen,
            List<String> options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(command(jar, "serve", unit.toString(), "--listen", listen));
        command.addAll(options);
        ChildProcess process = group.start(name, command);
        String listening = process.awaitOutput(READY, TIMEOUT).group(1);
        String address = listening.startsWith("iwarps://") ? listening : "iwarp://" + listening;
        return new PmuDaemon(process, jar, address);
    }

    /** What the daemon's tool prints for a command, for example {@code log ADDRESS REGION}. */
    public static String run(ProcessGroup group, Path jar, String name, String... arguments)
            throws IOException, InterruptedException {
        ChildProcess tool = group.start(name, command(jar, arguments));
        if (tool.awaitEnd(TIMEOUT) != 0) {
            throw tool.failed("failed");
        }
        return tool.output();
    }

    /** The command line of the daemon or of its tool. */
    public static List<String> command(Path jar, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(JavaCommand.javaExecutable(), "-XX:+UseSerialGC", "-Xmx128m", "-jar", jar.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The unit's address, as the adapter's property {@code unitAddress} takes it. */
    public String address() {
        return address;
    }

    /** The daemon's executable jar. */
    public Path jar() {
        return jar;
    }

    /** The process. */
    public ChildProcess process() {
        return process;
    }
}
