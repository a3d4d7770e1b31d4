package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The program {@code verbs-yardstick}: does in C what the verbs transport asks of a device, between two processes on one
 * machine.
 */
final class Yardstick implements AutoCloseable {

    private static final String PROGRAM = "verbs-yardstick";

    /** Measurements are taken on busy machines, too. */
    private static final String TIMEOUT_MILLIS = "30000";

    private static final double NANOS_PER_MICRO = 1000;

    private final Path program;
    private final String host;
    private final String pollMicros;
    private final ChildProcess server;

    private Yardstick(Path program, String host, String pollMicros, ChildProcess server) {
        this.program = program;
        this.host = host;
        this.pollMicros = pollMicros;
        this.server = server;
    }

    /** Where the build puts the program: beside the classes or their archive. */
    static Path built() throws IOException {
        try {
            return Path.of(Yardstick.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolveSibling(PROGRAM);
        } catch (URISyntaxException e) {
            throw new IOException("where these classes are is no path", e);
        }
    }

    /**
     * Starts the server.
     *
     * @param host a device's address
     * @param file where its memory is, a file that does not exist; null for plain memory
     */
    static Yardstick serve(Path program, String host, int pollMicros, Path file) throws IOException {
        if (!Files.isExecutable(program)) {
            throw new IOException("no program " + program + "; build this module where rdma-core's headers are (Debian:"
                    + " gcc libc6-dev libibverbs-dev librdmacm-dev), or name it by --yardstick");
        }
        String micros = Integer.toString(pollMicros);
        List<String> arguments = new ArrayList<>(
                List.of("serve", host, "0", "--poll-micros", micros, "--until-end-of-input", "--timeout-millis"));
        arguments.add(TIMEOUT_MILLIS);
        if (file != null) {
            arguments.addAll(List.of("--file", file.toString()));
        }
        ChildProcess server = ChildProcess.start(program, arguments.toArray(new String[0]));
        return new Yardstick(program, host, micros, server);
    }

    /** Measures in a process that connects for that. */
    Quantiles measure(Operation operation, int lengthBytes, int operations) throws IOException {
        Process client = new ProcessBuilder(
                        program.toString(),
                        host,
                        Integer.toString(server.port()),
                        Integer.toString(lengthBytes),
                        Integer.toString(operations),
                        "--kind",
                        operation.text(),
                        "--poll-micros",
                        pollMicros,
                        "--timeout-millis",
                        TIMEOUT_MILLIS)
                .redirectError(Redirect.INHERIT)
                .start();
        String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int status = client.waitFor();
            if (status != 0) {
                throw new IOException(PROGRAM + " ended with status " + status);
            }
        } catch (InterruptedException e) {
            client.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + PROGRAM + " measured", e);
        }
        return new Quantiles(micros(output, "medianNanos"), micros(output, "p99Nanos"));
    }

    private static double micros(String output, String name) throws IOException {
        Matcher matcher = Pattern.compile("\"" + name + "\":(\\d{1,18})").matcher(output);
        if (!matcher.find()) {
            throw new IOException(PROGRAM + " printed no " + name + " but '" + output.strip() + "'");
        }
        return Long.parseLong(matcher.group(1)) / NANOS_PER_MICRO;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
