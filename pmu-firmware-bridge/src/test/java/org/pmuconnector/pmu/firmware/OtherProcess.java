package org.pmuconnector.pmu.firmware;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Another Java process, with this one's class path. */
public final class OtherProcess {

    private final Process process;
    private final BufferedReader output;

    private OtherProcess(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts a class's main method. What it prints on either stream is read by {@link #nextLine}. */
    public static OtherProcess start(Class<?> main, String... arguments) throws IOException {
        return start(List.of(), main, arguments);
    }

    /** The same, with options of the virtual machine. */
    public static OtherProcess start(List<String> options, Class<?> main, String... arguments) throws IOException {
        return start(Map.of(), options, main, arguments);
    }

    /** The same, with further variables in its environment. */
    public static OtherProcess start(
            Map<String, String> variables, List<String> options, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(variables);
        return new OtherProcess(builder.start());
    }

    public long pid() {
        return process.pid();
    }

    /** The next line that it prints, null when it has ended. */
    public String nextLine() throws IOException {
        return output.readLine();
    }

    /** Nobody will read what it prints from now on; it must not wait for that. */
    public void discardOutput() {
        Thread reader = new Thread(() -> output.lines().forEach(line -> {}), "output of " + process.pid());
        reader.setDaemon(true);
        reader.setUncaughtExceptionHandler((thread, e) -> {
            // The stream is closed under it when the process is killed.
        });
        reader.start();
    }

    /** Asks it to end, and waits. */
    public int terminate() throws InterruptedException {
        // Not Process.destroy, which would close what is still to be read.
        process.toHandle().destroy();
        return await();
    }

    /** Ends it, and waits. */
    public int kill() throws InterruptedException {
        process.destroyForcibly();
        return await();
    }

    /** Waits until it has ended by itself. */
    public int await() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("process " + process.pid() + " does not end");
        }
        return process.exitValue();
    }
}
