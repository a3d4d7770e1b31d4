package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.pmuconnector.instance.RegionRole;
import org.pmuconnector.instance.ReplicaListener;
import org.pmuconnector.instance.Term;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.PmuException;

/** The application of a {@link Member}, which does nothing with what it gets, and writes at once when it is primary. */
final class MemberBean implements ReplicaListener {

    /** What is done first as the primary. */
    interface FirstWrite {
        void write() throws PmuException;
    }

    private final FirstWrite firstWrite;
    private Term term;
    private boolean standsBy = true;
    private long primaryNanoTime;
    private long writtenNanoTime;

    MemberBean(FirstWrite firstWrite) {
        this.firstWrite = firstWrite;
    }

    @Override
    public void deliver(List<CommittedSet> sets, CursorMove clearing) {
        // What it would make of them is its own affair.
    }

    @Override
    public void primary(Term newTerm) throws PmuException {
        long now = System.nanoTime();
        firstWrite.write();
        synchronized (this) {
            primaryNanoTime = now;
            writtenNanoTime = System.nanoTime();
            term = newTerm;
            standsBy = false;
            notifyAll();
        }
    }

    @Override
    public synchronized void fenced(Term former) {
        term = null;
        standsBy = true;
    }

    @Override
    public void reset(String region, String reason) {
        // It holds nothing.
    }

    /** Whether it knows the role, of those two of which it is told. */
    synchronized boolean isTold(RegionRole role) {
        return (role != RegionRole.PRIMARY && role != RegionRole.STANDBY) || standsBy == (role == RegionRole.STANDBY);
    }

    /** Gives the region to whoever stands by. */
    String handOver() throws PmuException {
        Term mine;
        synchronized (this) {
            mine = term;
        }
        mine.handOver("");
        return "asked";
    }

    /**
     * Waits for a term behind an epoch.
     *
     * @return its epoch, when it was told, and when the first write was acknowledged
     */
    synchronized String awaitTermAfter(long epoch, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (term == null || term.epoch() <= epoch) {
                long leftMillis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (leftMillis <= 0) {
                    throw new IOException("no term behind epoch " + epoch);
                }
                wait(leftMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return term.epoch() + " " + primaryNanoTime + " " + writtenNanoTime;
    }
}
