package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.work.Work;
import jakarta.resource.spi.work.WorkAdapter;
import jakarta.resource.spi.work.WorkEvent;
import jakarta.resource.spi.work.WorkException;
import jakarta.resource.spi.work.WorkManager;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.LogMessage;

/**
 * Something that runs until it is stopped: on a thread of the container's where there is one, on a daemon thread of its
 * own in the non-managed mode.
 */
final class LongRun implements Work {

    private static final Logger LOGGER = System.getLogger(LongRun.class.getName());

    private final String name;
    private final Runnable body;
    private final Runnable stopper;
    private final CountDownLatch ended = new CountDownLatch(1);

    /**
     * What is to run.
     *
     * @param body returns soon after the stopper has been called
     * @param stopper may be called from any thread, more than once, also before the body starts
     */
    LongRun(String name, Runnable body, Runnable stopper) {
        this.name = name;
        this.body = body;
        this.stopper = stopper;
    }

    /**
     * Starts it.
     *
     * @param workManager null in the non-managed mode
     * @throws ResourceException if the container refuses the work
     */
    void start(WorkManager workManager) throws ResourceException {
        if (workManager == null) {
            Thread thread = new Thread(this, "pmu-" + name);
            thread.setDaemon(true);
            thread.start();
            return;
        }
        try {
            ServerThreads.schedule(workManager, this, new WorkAdapter() {
                @Override
                public void workRejected(WorkEvent event) {
                    LogMessage.NO_THREAD.logFailure(LOGGER, event.getException(), name);
                    ended.countDown();
                }
            });
        } catch (WorkException e) {
            ended.countDown();
            throw e;
        }
    }

    @Override
    public void run() {
        try {
            body.run();
        } catch (RuntimeException | Error e) {
            LogMessage.ENDED_BY_DEFECT.logFailure(LOGGER, e, name);
            throw e;
        } finally {
            ended.countDown();
        }
    }

    /** Asks it to end. */
    @Override
    public void release() {
        stopper.run();
    }

    /** Asks it to end and waits for that, but not longer than the limit. */
    void stop(Duration limit) {
        release();
        try {
            if (!ended.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                LogMessage.NOT_ENDED.log(LOGGER, name, limit.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
