package org.pmuconnector.benchmarks;

import java.util.List;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PmuException;

/** A primary's writing for some time: at a fixed rate, or one update right behind the other; bases keep it within the region. */
final class MemberLoad {

    private static final int BASE_BYTES = 64;
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    /**
     * What came out.
     *
     * @param updates how many were acknowledged
     * @param nanos how long that took
     * @param medianMicros of an update: from when it was due, if there is a rate
     * @param p99Micros likewise
     */
    record Result(long updates, long nanos, double medianMicros, double p99Micros) {

        /** As {@link MemberLoad#of} answers. */
        static Result parse(String answer) {
            Scanner words = new Scanner(answer);
            return new Result(
                    words.nextLong(),
                    words.nextLong(),
                    Double.parseDouble(words.next()),
                    Double.parseDouble(words.next()));
        }

        double updatesPerSecond() {
            return (double) updates * NANOS_PER_SECOND / nanos;
        }
    }

    private MemberLoad() {}

    /**
     * Writes as the words say: {@code MILLIS UPDATES_PER_SECOND PAYLOAD_BYTES UPDATES_PER_BASE}; 0 updates per second for as
     * fast as can be.
     */
    static String of(RegionConnection connection, Scanner words) throws PmuException {
        long endAfterNanos = TimeUnit.MILLISECONDS.toNanos(words.nextLong());
        long rate = words.nextLong();
        byte[] payload = new byte[words.nextInt()];
        int updatesPerBase = words.nextInt();
        Latencies latencies = new Latencies();
        long start = System.nanoTime();
        long due = start;
        for (long i = 1; due - start < endAfterNanos; i++) {
            awaitNanoTime(due);
            connection.commit(List.of(PendingSet.update(payload, 0)));
            long now = System.nanoTime();
            latencies.add(now - due);
            if (i % updatesPerBase == 0) {
                writeBase(connection);
            }
            due = rate == 0 ? System.nanoTime() : start + i * NANOS_PER_SECOND / rate;
        }
        long nanos = System.nanoTime() - start;
        // The next one finds the room that this one found, also where each of them is too short for a base.
        writeBase(connection);
        return latencies.count() + " " + nanos + " " + latencies.micros(0.5) + " " + latencies.micros(0.99);
    }

    private static void writeBase(RegionConnection connection) throws PmuException {
        connection.commit(List.of(PendingSet.baseOfAll(new byte[BASE_BYTES], 0, connection.committedSequence())));
    }

    private static void awaitNanoTime(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
