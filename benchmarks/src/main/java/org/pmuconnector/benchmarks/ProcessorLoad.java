package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The processor time of processes of this machine: what they have used, and how to use as much of it for nothing. */
final class ProcessorLoad {

    /** As often as a standby polls that is told nothing else. */
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long PERIODS_PER_SECOND = TimeUnit.SECONDS.toNanos(1) / PERIOD_NANOS;

    private ProcessorLoad() {}

    /** What a process has used since it was started. */
    static long usedNanos(long pid) throws IOException {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .map(Duration::toNanos)
                .orElseThrow(() -> new IOException("the system does not tell what process " + pid + " has used"));
    }

    /** What to ask, so that so many processes use so much together in so many seconds, one of them by its number. */
    static String question(long nanos, int processes, int number, int seconds) {
        long inEachPeriod = nanos / processes / (seconds * PERIODS_PER_SECOND);
        return "burn " + TimeUnit.SECONDS.toMillis(seconds) + " " + inEachPeriod + " "
                + PERIOD_NANOS * number / processes;
    }

    /** As the words say: {@code MILLIS NANOS_IN_EACH_PERIOD NANOS_BEFORE_THE_FIRST}. */
    static String burn(Scanner words) {
        long start = System.nanoTime();
        long end = start + TimeUnit.MILLISECONDS.toNanos(words.nextLong());
        long busyNanos = words.nextLong();
        long firstNanos = words.nextLong();
        long burnt = 0;
        for (long period = start + firstNanos; end - period > 0; period += PERIOD_NANOS) {
            for (long now = System.nanoTime(); now - period < 0; now = System.nanoTime()) {
                LockSupport.parkNanos(period - now);
            }
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < busyNanos) {
                Thread.onSpinWait();
            }
            burnt += busyNanos;
        }
        return Long.toString(burnt);
    }
}
