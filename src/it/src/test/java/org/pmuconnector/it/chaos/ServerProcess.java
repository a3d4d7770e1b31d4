package org.pmuconnector.it.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.pmuconnector.it.Signals;
import org.pmuconnector.sample.demo.process.ChildProcess;

/** One process of a server, from its start to its end; what it is told can be read meanwhile. One thread at a time. */
final class ServerProcess {

    private static final Duration END_TIMEOUT = Duration.ofSeconds(30);

    private final int host;
    private final ChildProcess process;
    private final HistoryTail tail;
    private boolean killed;
    private boolean paused;

    /** Whether all has been read of a process that has ended. */
    private boolean complete;

    /** A process that has just been started. */
    ServerProcess(int host, ChildProcess process, Path history) {
        this.host = host;
        this.process = process;
        this.tail = new HistoryTail(history, process.name());
    }

    int host() {
        return host;
    }

    String name() {
        return process.name();
    }

    /** What it has been told, as it was read last. */
    ProcessHistory history() {
        return tail.history();
    }

    /** What it has been told by now. */
    ProcessHistory read() throws IOException {
        if (!complete) {
            // Asked before: what a process writes last is not to be missed.
            complete = !process.isAlive();
            tail.read();
        }
        return tail.history();
    }

    /** In how many lines of its log a text is. */
    long timesLogged(String text) {
        return process.output().lines().filter(line -> line.contains(text)).count();
    }

    /** Whether nobody killed it. */
    boolean isMeantToLive() {
        return !killed;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean isPaused() {
        return paused;
    }

    /** SIGKILL, and waits until it has ended. */
    void kill() throws IOException, InterruptedException {
        killed = true;
        process.kill();
        process.awaitEnd(END_TIMEOUT);
    }

    /** SIGSTOP. */
    void pause() throws IOException, InterruptedException {
        paused = true;
        Signals.stop(process.pid());
    }

    /** SIGCONT. */
    void resume() throws IOException, InterruptedException {
        if (paused && !killed) {
            Signals.resume(process.pid());
        }
        paused = false;
    }

    @Override
    public String toString() {
        ProcessHistory history = tail.history();
        String state = killed ? "killed" : paused ? "paused" : process.isAlive() ? "alive" : "ended by itself";
        return name() + " (" + state + ", epoch " + history.term() + ", told up to " + history.toldUpTo()
                + ", acknowledged " + history.acknowledged() + ")";
    }
}
