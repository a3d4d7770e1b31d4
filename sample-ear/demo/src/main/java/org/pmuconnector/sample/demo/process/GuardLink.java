package org.pmuconnector.sample.demo.process;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The line to a running {@link OrphanGuard}. When this program dies the operating system closes it. */
final class GuardLink implements AutoCloseable {

    private final PrintStream lines;

    private GuardLink(PrintStream lines) {
        this.lines = lines;
    }

    static GuardLink start(Path directory) throws IOException {
        List<String> command = List.of(
                JavaCommand.javaExecutable(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                OrphanGuard.class.getName(),
                directory.toString());
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new GuardLink(new PrintStream(process.getOutputStream(), true, StandardCharsets.US_ASCII));
    }

    /** Puts a process under its guard. */
    void add(long pid) {
        lines.println(pid);
    }

    /** Nothing is left to guard. */
    @Override
    public void close() {
        lines.println(OrphanGuard.DISMISSED);
        lines.close();
    }
}
