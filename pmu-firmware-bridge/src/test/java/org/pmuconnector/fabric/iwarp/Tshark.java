package org.pmuconnector.fabric.iwarp;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A network analyser that knows nothing of this project: captures a port of the loopback interface and dissects it. */
final class Tshark implements AutoCloseable {

    /** Long enough that something was captured, shorter than any header and packet together. */
    private static final int EMPTY_CAPTURE_BYTES = 24;

    /** So that nothing is lost while the machine has other things to do. */
    private static final String CAPTURE_BUFFER_MIB = "64";

    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final Process process;
    private final Path file;
    private final Path log;

    /** What it says when it begins; before, thousands of connections would be made in vain. */
    private static final String CAPTURING = "Capturing on";

    private Tshark(Process process, Path file, Path log) {
        this.process = process;
        this.file = file;
        this.log = log;
    }

    /** Why nothing can be captured here and how to change that, in one line; null if it can. */
    static String missing() {
        boolean installed = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "tshark")));
        if (!installed) {
            return "tshark is not installed, so the bytes on the wire are not checked by another implementation;"
                    + " enable it with: apt-get install tshark";
        }
        try {
            boolean allowed =
                    run(List.of("tshark", "-L", "-i", "lo")).stream().anyMatch(line -> line.contains("EN10MB"));
            return allowed
                    ? null
                    : "tshark may not capture on the loopback interface, so the bytes on the wire are not checked by"
                            + " another implementation; enable it by running as root, or in the group wireshark";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Captures until closed; returns when it does. */
    static Tshark capture(int port, Path folder) throws IOException {
        Path file = folder.resolve("session.pcap");
        Path log = folder.resolve("tshark.log");
        Process process = new ProcessBuilder(List.of(
                        "tshark",
                        "-q",
                        "-i",
                        "lo",
                        "-B",
                        CAPTURE_BUFFER_MIB,
                        "-F",
                        "pcap",
                        "-f",
                        "tcp port " + port,
                        "-w",
                        file.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Tshark tshark = new Tshark(process, file, log);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!Files.exists(file) || Files.size(file) <= EMPTY_CAPTURE_BYTES) {
            tshark.checkAlive(deadline);
            if (Files.readString(log).contains(CAPTURING)) {
                // Something to capture; the interface sees a peer that leaves without a word.
                new Socket(InetAddress.getLoopbackAddress(), port).close();
            }
        }
        return tshark;
    }

    private void checkAlive(long deadline) throws IOException {
        if (!process.isAlive() || System.nanoTime() > deadline) {
            throw new IOException("tshark does not capture: " + Files.readString(log));
        }
    }

    /** Waits until the end of that many connections that said something has been captured, then stops. */
    void finish(int connections) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long ended = 0;
        while (ended < connections) {
            checkAlive(deadline);
            List<String> talking = fields("tcp.len>0", "tcp.stream");
            ended = fields("tcp.flags.fin==1", "tcp.stream", "tcp.srcport").stream()
                            .distinct()
                            .map(line -> line.substring(0, line.indexOf('\t')))
                            .filter(talking::contains)
                            .count()
                    / 2;
        }
        process.destroy();
        process.waitFor();
    }

    /** The values of fields, tab-separated, a line for each packet that the display filter lets through. */
    List<String> fields(String filter, String... names) throws IOException {
        List<String> command = new ArrayList<>(read());
        command.addAll(List.of("-Y", filter, "-T", "fields"));
        Arrays.stream(names).forEach(name -> command.addAll(List.of("-e", name)));
        return run(command);
    }

    /** Everything that the dissectors say of the packets. */
    List<String> details() throws IOException {
        List<String> command = new ArrayList<>(read());
        command.add("-V");
        return run(command);
    }

    /** Guesses at what the Sends carry are left out: they know protocols that this is not. */
    private List<String> read() {
        return List.of(
                "tshark",
                "-r",
                file.toString(),
                // Two passes: the first finds which packets belong to one frame.
                "-2",
                "-o",
                "tcp.try_heuristic_first:TRUE",
                "--disable-protocol",
                "rpcordma",
                "--disable-protocol",
                "smb_direct");
    }

    private static List<String> run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output.lines().toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
