package org.pmuconnector.benchmarks.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import jakarta.ejb.EJBTransactionRolledbackException;
import jakarta.transaction.RollbackException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.Durability;

/** Appends updates {@code THREAD:NUMBER}, each number once, and remembers what it was told of each. */
final class Appender implements Runnable {

    /** As an application that tries again does; a unit that is away is not missed by it. */
    private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Of causes; bounded, as they might be a cycle. */
    private static final int DEEPEST = 16;

    private final int thread;
    private final Transactions transactions;
    private final Acknowledged acknowledged;
    private final StringBuilder outcomes = new StringBuilder();
    private final Map<String, Integer> failures = new TreeMap<>();
    private volatile boolean stopped;

    Appender(int thread, Transactions transactions, Acknowledged acknowledged) {
        this.thread = thread;
        this.transactions = transactions;
        this.acknowledged = acknowledged;
    }

    @Override
    public void run() {
        while (!stopped) {
            byte[] update = (thread + ":" + outcomes.length()).getBytes(US_ASCII);
            try {
                transactions.append(update);
                acknowledged.one();
                outcomes.append(Outcome.ACKNOWLEDGED.letter());
            } catch (Exception e) {
                outcomes.append(outcome(e).letter());
                failures.merge(describe(e), 1, Integer::sum);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
            }
        }
    }

    /** What a failure says of the update. A rollback promises that it is not there and never will be. */
    private static Outcome outcome(Exception e) {
        Throwable cause = e;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            if (cause instanceof CheckpointException ours) {
                return ours.durability() == Durability.NOT_WRITTEN ? Outcome.NOT_WRITTEN : Outcome.UNKNOWN;
            }
            if (cause instanceof RollbackException || cause instanceof EJBTransactionRolledbackException) {
                return Outcome.NOT_WRITTEN;
            }
            cause = cause.getCause();
        }
        return Outcome.UNKNOWN;
    }

    private static String describe(Exception e) {
        StringBuilder text = new StringBuilder();
        Throwable cause = e;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            text.append(depth == 0 ? "" : " < ").append(cause.getClass().getSimpleName());
            if (cause instanceof CheckpointException ours) {
                text.append(' ').append(ours.getErrorCode()).append(' ').append(ours.durability());
            }
            cause = cause.getCause();
        }
        return text.toString();
    }

    void stop() {
        stopped = true;
    }

    /** A letter for each number: acknowledged, not written, or unknown. */
    String outcomes() {
        return outcomes.toString();
    }

    Map<String, Integer> failures() {
        return failures;
    }
}
