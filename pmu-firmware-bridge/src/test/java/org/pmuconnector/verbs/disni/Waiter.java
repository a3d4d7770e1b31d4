package org.pmuconnector.verbs.disni;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A thread that waits in the library. */
final class Waiter<T> {

    private static final Path THREADS = Path.of("/proc/self/task");
    private static final String NAME = "native-waiter";

    private final FutureTask<T> call;
    private final Thread thread;

    private Waiter(Callable<T> call) {
        this.call = new FutureTask<>(call);
        this.thread = new Thread(this.call, NAME);
    }

    /** Starts a call, and returns when the kernel has put its thread to sleep until a descriptor is ready. */
    static <T> Waiter<T> start(Callable<T> call) throws IOException {
        Waiter<T> waiter = new Waiter<>(call);
        waiter.thread.start();
        while (!isPolling() && !waiter.call.isDone()) {
            Thread.onSpinWait();
        }
        return waiter;
    }

    /** The call's result. */
    T result() throws InterruptedException, ExecutionException, TimeoutException {
        return call.get(Events.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static boolean isPolling() throws IOException {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                if (read(thread.resolve("comm")).strip().equals(NAME)) {
                    return read(thread.resolve("wchan")).contains("poll");
                }
            }
        }
        return false;
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return ""; // The thread has ended meanwhile.
        }
    }
}
