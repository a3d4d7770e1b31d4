package org.pmuconnector.instance;

/** Waits for threads without the interruption that {@code AutoCloseable} must not throw. */
final class Threads {

    private Threads() {}

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + thread, e);
        }
    }
}
