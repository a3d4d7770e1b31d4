package org.pmuconnector.sample.demo.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One started process. Its output goes straight to a file, so that nothing is lost when the process or this program is
 * killed. Safe for use by many threads.
 */
public final class ChildProcess {

    private static final long POLL_MILLIS = 20;
    private static final int TAIL_LINES = 25;
    private static final long MAX_LOG_BYTES_READ = 16L << 20;

    private final String name;
    private final Process process;
    private final Path log;

    private ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a process; use {@link ProcessGroup#start} where it must not outlive this program.
     *
     * @param name for messages
     * @param command the program and its arguments
     * @param directory its working directory
     * @param log takes its output and errors
     */
    static ChildProcess start(String name, List<String> command, Path directory, Path log) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(nullDevice()))
                .start();
        return new ChildProcess(name, process, log);
    }

    /** A standard input that is always at its end: a child must not take the terminal's. */
    private static File nullDevice() {
        return new File(System.getProperty("os.name").startsWith("Windows") ? "NUL" : "/dev/null");
    }

    /** For messages. */
    public String name() {
        return name;
    }

    /** The operating system's id. */
    public long pid() {
        return process.pid();
    }

    /** The file with its output. */
    public Path log() {
        return log;
    }

    /** Whether it is running. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits for output.
     *
     * @param pattern what to find anywhere in the output so far or to come
     * @param atMost how long to wait
     * @return the first match
     * @throws ProcessFailedException if the process ends without it, or the time is over
     */
    public Matcher awaitOutput(Pattern pattern, Duration atMost) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            // Asked before the output is read: what it printed last must not be missed.
            boolean alive = process.isAlive();
            Matcher matcher = pattern.matcher(output());
            if (matcher.find()) {
                return matcher;
            }
            if (!alive) {
                throw failed("ended with exit code " + process.exitValue());
            }
            if (System.nanoTime() > deadline) {
                throw failed("did not become ready within " + atMost.toSeconds() + " s");
            }
            process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Waits until it ends by itself.
     *
     * @return the exit code
     * @throws ProcessFailedException if the time is over
     */
    public int awaitEnd(Duration atMost) throws IOException, InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw failed("did not end within " + atMost.toSeconds() + " s");
        }
        return process.exitValue();
    }

    /** Ends it at once, without giving it a chance to clean up (SIGKILL), and everything that it started. */
    public void kill() {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    /** Asks it to end (SIGTERM), and kills it if it has not by then. */
    public void stop(Duration atMost) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
            process.waitFor();
        }
    }

    /** All that it has printed so far, up to 16 MiB. */
    public String output() {
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(file.size(), MAX_LOG_BYTES_READ));
            while (bytes.hasRemaining() && file.read(bytes) >= 0) {
                // A read may give less than was asked for.
            }
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the log of " + name + " cannot be read", unreadable);
        }
    }

    /** A failure of this process, with its last output. */
    public ProcessFailedException failed(String what) {
        List<String> lines = output().lines().toList();
        List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
        return new ProcessFailedException(name + " (process " + pid() + ") " + what + "; its last output:"
                + System.lineSeparator() + String.join(System.lineSeparator(), tail));
    }
}
