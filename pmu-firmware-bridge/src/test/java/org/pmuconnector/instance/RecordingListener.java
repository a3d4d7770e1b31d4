package org.pmuconnector.instance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.CursorMove;

/** Remembers all calls as words: {@code base:x}, {@code x}, {@code primary:1}, {@code fenced:1}, {@code reset}. */
final class RecordingListener implements ReplicaListener {

    /** Commits a clear. */
    interface Clearer {
        void clear(CursorMove move) throws Exception;
    }

    private final List<String> calls = new ArrayList<>();
    private final List<Integer> batches = new ArrayList<>();
    private volatile CountDownLatch resetsAfter = new CountDownLatch(0);
    private Clearer clearer;
    private String poison;
    private int attempts;
    private int failures;
    private Term term;

    /** The next deliveries fail. */
    synchronized void failNext(int count) {
        failures = count;
    }

    /** What is delivered with this payload fails. */
    synchronized void failOn(String payload) {
        poison = payload;
    }

    @Override
    public synchronized void deliver(List<CommittedSet> sets, CursorMove clearing) throws Exception {
        attempts++;
        if (failures > 0) {
            failures--;
            throw new IllegalStateException("the test's listener fails");
        }
        List<String> words = sets.stream().map(RecordingListener::word).toList();
        if (words.contains(poison)) {
            throw new IllegalStateException("the test's listener cannot take " + poison);
        }
        if (clearing != null) {
            clearer.clear(clearing);
        }
        batches.add(words.size());
        words.forEach(this::add);
    }

    private static String word(CommittedSet set) {
        String payload = new String(set.payload(), StandardCharsets.UTF_8);
        return set.base() ? "base:" + payload : payload;
    }

    /** What clears in place of a transaction. */
    synchronized void clearBy(Clearer by) {
        clearer = by;
    }

    /** How many sets each delivery that succeeded had. */
    synchronized List<Integer> batches() {
        return List.copyOf(batches);
    }

    /** How many deliveries were tried. */
    synchronized int attempts() {
        return attempts;
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

    /** Resets wait for this, as for a lock that somebody holds. */
    void delayResets(CountDownLatch until) {
        resetsAfter = until;
    }

    @Override
    public void reset(String region, String reason) throws InterruptedException {
        resetsAfter.await();
        synchronized (this) {
            add("reset");
        }
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
