package org.pmuconnector.instance;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock with one condition: all that threads of an instance wait for each other by, so that a simulation can decide who
 * goes on. Reentrant.
 */
public interface Monitor {

    /** Waits until nobody else holds it. */
    void lock();

    /** Takes it only if nobody else holds it. */
    boolean tryLock();

    /** Lets it go. */
    void unlock();

    /** Wakes all who wait; only by whoever holds it. */
    void signalAll();

    /**
     * Waits until woken or so long, and perhaps for less, without holding it meanwhile; only by whoever holds it.
     *
     * @return the nanoseconds that are left, 0 or less for none
     */
    long await(long nanos) throws InterruptedException;

    /** Waits until woken, and perhaps for less, without holding it meanwhile. */
    void awaitUninterruptibly();

    /** One for real threads. */
    static Monitor ofThreads() {
        ReentrantLock lock = new ReentrantLock();
        Condition condition = lock.newCondition();
        return new Monitor() {
            @Override
            public void lock() {
                lock.lock();
            }

            @Override
            public boolean tryLock() {
                return lock.tryLock();
            }

            @Override
            public void unlock() {
                lock.unlock();
            }

            @Override
            public void signalAll() {
                condition.signalAll();
            }

            @Override
            @SuppressWarnings("WaitNotInLoop") // The caller's.
            public long await(long nanos) throws InterruptedException {
                return condition.awaitNanos(nanos);
            }

            @Override
            @SuppressWarnings("WaitNotInLoop") // The caller's.
            public void awaitUninterruptibly() {
                condition.awaitUninterruptibly();
            }
        };
    }
}
