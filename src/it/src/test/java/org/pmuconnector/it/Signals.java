package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What the operating system does to a process. */
public final class Signals {

    /** The states of a thread that is stopped or has ended. */
    private static final String STILL = "TZX";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Signals() {}

    /** Stops it where it is (SIGSTOP); it does not know. When this returns, none of its threads goes on. */
    public static void stop(long pid) throws IOException, InterruptedException {
        shell("kill -STOP " + pid);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isStopped(pid)) {
            assertThat(System.nanoTime()).as("process %d to stop", pid).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** The signal reaches the threads one after the other, each when it gets to run. */
    private static boolean isStopped(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return threads.noneMatch(Signals::goesOn);
        } catch (NoSuchFileException ended) {
            return true;
        }
    }

    /** By the third field of {@code stat}, see proc(5), behind a name that may contain anything. */
    private static boolean goesOn(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return STILL.indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0;
        } catch (IOException ended) {
            return false;
        }
    }

    /** Lets it go on (SIGCONT). */
    public static void resume(long pid) throws IOException, InterruptedException {
        shell("kill -CONT " + pid);
    }

    /** Both, so far apart. */
    public static void stopFor(long pid, Duration pause) throws IOException, InterruptedException {
        shell("kill -STOP " + pid + "; sleep " + seconds(pause) + "; kill -CONT " + pid);
    }

    /** Kills one, and then the other (SIGKILL). */
    public static void killBoth(long first, Duration pause, long second) throws IOException, InterruptedException {
        shell("kill -KILL " + first + "; sleep " + seconds(pause) + "; kill -KILL " + second);
    }

    private static String seconds(Duration pause) {
        return pause.toSeconds() + "." + String.format("%03d", pause.toMillisPart());
    }

    private static void shell(String command) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", command).inheritIO().start();
        assertThat(shell.waitFor()).as(command).isZero();
    }
}
