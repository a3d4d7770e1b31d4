package org.pmuconnector.ra;

import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.XATerminator;
import jakarta.resource.spi.work.ExecutionContext;
import jakarta.resource.spi.work.Work;
import jakarta.resource.spi.work.WorkContext;
import jakarta.resource.spi.work.WorkEvent;
import jakarta.resource.spi.work.WorkListener;
import jakarta.resource.spi.work.WorkManager;
import jakarta.resource.spi.work.WorkRejectedException;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Timer;
import java.util.concurrent.TimeUnit;

/** A server as far as an adapter sees it: threads for its works, and nothing else. */
public final class TestServer implements BootstrapContext, WorkManager {

    private final List<Timer> timers = new ArrayList<>();
    private int works;
    private int running;
    private boolean refusing;
    private final List<Work> given = new ArrayList<>();

    /** From now on no work gets a thread. */
    public synchronized void refuseWork() {
        refusing = true;
    }

    /** How many works were ever given a thread. */
    public synchronized int works() {
        return works;
    }

    /** Asks every work to end, as a server does that needs its threads. */
    public void releaseWorks() {
        List<Work> all;
        synchronized (this) {
            all = List.copyOf(given);
        }
        all.forEach(Work::release);
    }

    /** Waits until so many works run, and returns how many do. */
    public synchronized int awaitRunning(int wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        for (long left = 1; running != wanted && left > 0; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return running;
    }

    private synchronized void ended() {
        running--;
        notifyAll();
    }

    @Override
    public synchronized void scheduleWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener)
            throws WorkRejectedException {
        if (refusing) {
            throw new WorkRejectedException("no thread left");
        }
        Thread thread = new Thread(
                () -> {
                    listener.workStarted(new WorkEvent(this, WorkEvent.WORK_STARTED, work, null));
                    try {
                        work.run();
                    } finally {
                        listener.workCompleted(new WorkEvent(this, WorkEvent.WORK_COMPLETED, work, null));
                        ended();
                    }
                },
                "test-work-" + works);
        works++;
        given.add(work);
        running++;
        thread.start();
    }

    @Override
    public void scheduleWork(Work work) throws WorkRejectedException {
        throw new WorkRejectedException("not used by the adapter");
    }

    @Override
    public void doWork(Work work) throws WorkRejectedException {
        scheduleWork(work);
    }

    @Override
    public void doWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener)
            throws WorkRejectedException {
        scheduleWork(work);
    }

    @Override
    public long startWork(Work work) throws WorkRejectedException {
        scheduleWork(work);
        return 0;
    }

    @Override
    public long startWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener)
            throws WorkRejectedException {
        scheduleWork(work);
        return 0;
    }

    @Override
    public WorkManager getWorkManager() {
        return this;
    }

    @Override
    public XATerminator getXATerminator() {
        throw new UnsupportedOperationException();
    }

    @Override
    public synchronized Timer createTimer() throws UnavailableException {
        if (refusing) {
            throw new UnavailableException("no timer left");
        }
        Timer timer = new Timer(true);
        timers.add(timer);
        return timer;
    }

    /** All timers that were asked for. */
    synchronized List<Timer> timers() {
        return List.copyOf(timers);
    }

    @Override
    public boolean isContextSupported(Class<? extends WorkContext> type) {
        return false;
    }

    @Override
    public TransactionSynchronizationRegistry getTransactionSynchronizationRegistry() {
        return null;
    }
}
