package org.pmuconnector.it.vm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** A virtual machine that runs one command, and what it prints. Safe for use by many threads. */
final class RdmaVm implements AutoCloseable {

    private static final Duration END_PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Path pidFile;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private RdmaVm(Process process, Path pidFile) {
        this.process = process;
        this.pidFile = pidFile;
        this.reader = new Thread(this::read, "rdma-vm-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** The script that starts a machine. */
    static String script() {
        return Path.of(System.getProperty("rdma.vm.script")).toString();
    }

    /**
     * Starts a machine; what it prints to standard output and error comes as one.
     *
     * @param directory an existing one for the file with the machine's process id
     * @param arguments the script's options and the command
     */
    static RdmaVm start(Path directory, List<String> arguments) throws IOException {
        Path pidFile = Files.createTempDirectory(directory, "vm").resolve("pid");
        List<String> command = new ArrayList<>(List.of(script(), "--pid-file", pidFile.toString()));
        command.addAll(arguments);
        return new RdmaVm(new ProcessBuilder(command).redirectErrorStream(true).start(), pidFile);
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            end();
        }
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Waits for a line that matches as a whole. */
    synchronized String awaitLine(Pattern pattern, Duration patience) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + patience.toNanos();
        int seen = 0;
        while (true) {
            for (; seen < lines.size(); seen++) {
                if (pattern.matcher(lines.get(seen)).matches()) {
                    return lines.get(seen);
                }
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                throw new TimeoutException("no line '" + pattern + "' from the machine, but:\n" + output());
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** All that it has printed. */
    synchronized String output() {
        return String.join("\n", lines);
    }

    /** Takes its power away: nothing inside gets to do anything any more. */
    void cutPower() throws IOException {
        long pid = Long.parseLong(Files.readString(pidFile).strip());
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Lets it run for so long, unless it ends before. */
    void letRun(Duration time) throws InterruptedException {
        process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits for its end. */
    int awaitEnd(Duration patience) throws InterruptedException, TimeoutException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("the machine still runs, and printed:\n" + output());
        }
        reader.join(END_PATIENCE.toMillis());
        return process.exitValue();
    }

    @Override
    public void close() {
        // The script ends the machine and removes what it made.
        process.destroy();
        try {
            awaitEnd(END_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
