package org.pmuconnector.instance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.pmuconnector.log.CommittedSet;

/** Remembers all calls as words: {@code base:x}, {@code x}, {@code primary:1}, {@code fenced:1}, {@code reset}. */
final class RecordingListener implements ReplicaListener {

    private final List<String> calls = new ArrayList<>();
    private int failures;
    private Term term;

    /** The next deliveries fail. */
    synchronized void failNext(int count) {
        failures = count;
    }

    @Override
    public synchronized void deliver(CommittedSet set) {
        if (failures > 0) {
            failures--;
            throw new IllegalStateException("the test's listener fails");
        }
        String payload = new String(set.payload(), StandardCharsets.UTF_8);
        add(set.base() ? "base:" + payload : payload);
    }

    @Override
    public synchronized void primary(Term newTerm) {
        term = newTerm;
        add("primary:" + newTerm.epoch());
    }

    @Override
    public synchronized void fenced(Term oldTerm) {
        add("fenced:" + oldTerm.epoch());
    }

    @Override
    public synchronized void reset(String region, String reason) {
        add("reset");
    }

    private void add(String call) {
        calls.add(call);
        notifyAll();
    }

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    synchronized Term term() {
        return term;
    }

    /** Waits until the calls are as wanted; an assertion error with the calls after ten seconds. */
    synchronized void await(Predicate<List<String>> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!wanted.test(calls)) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                throw new AssertionError("waited in vain; calls so far: " + calls);
            }
            wait(leftMillis);
        }
    }

    void awaitCall(String call) throws InterruptedException {
        await(all -> all.contains(call));
    }
}
