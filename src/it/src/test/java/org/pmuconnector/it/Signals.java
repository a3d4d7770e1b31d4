package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;

/** What the operating system does to a process. */
public final class Signals {

    private Signals() {}

    /** Stops it where it is (SIGSTOP); it does not know. */
    public static void stop(long pid) throws IOException, InterruptedException {
        shell("kill -STOP " + pid);
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
