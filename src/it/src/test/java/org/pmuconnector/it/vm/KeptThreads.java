package org.pmuconnector.it.vm;

import jakarta.resource.spi.work.ExecutionContext;
import jakarta.resource.spi.work.Work;
import jakarta.resource.spi.work.WorkListener;
import jakarta.resource.spi.work.WorkManager;
import java.util.concurrent.CountDownLatch;

/**
 * Gives each work a thread that is made while it is asked for, and that lives on for ever when the work is done: what a
 * server's pool does at its worst.
 */
final class KeptThreads implements WorkManager {

    private final CountDownLatch never = new CountDownLatch(1);

    @Override
    public void scheduleWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener) {
        Run run = new Run(work);
        Thread thread = new Thread(() -> keep(run), "kept");
        thread.setDaemon(true);
        thread.start();
    }

    /** Lets go of the work when that is done; the thread's stack does not. */
    private static final class Run {

        private Work work;

        Run(Work work) {
            this.work = work;
        }

        void run() {
            try {
                work.run();
            } finally {
                work = null;
            }
        }
    }

    private void keep(Run run) {
        run.run();
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void scheduleWork(Work work) {
        scheduleWork(work, INDEFINITE, null, null);
    }

    @Override
    public void doWork(Work work) {
        throw new UnsupportedOperationException("doWork");
    }

    @Override
    public void doWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener) {
        throw new UnsupportedOperationException("doWork");
    }

    @Override
    public long startWork(Work work) {
        throw new UnsupportedOperationException("startWork");
    }

    @Override
    public long startWork(Work work, long startTimeout, ExecutionContext context, WorkListener listener) {
        throw new UnsupportedOperationException("startWork");
    }
}
