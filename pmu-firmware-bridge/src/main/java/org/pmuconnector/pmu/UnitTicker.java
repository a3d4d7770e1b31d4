package org.pmuconnector.pmu;

import static java.lang.System.Logger.Level.ERROR;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The one thread of a running unit: it ticks. */
public final class UnitTicker implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(UnitTicker.class.getName());
    private static final int PERIOD_MILLIS = 25;

    private final ScheduledExecutorService executor;
    private final ScheduledFuture<?> ticking;

    /** Ticks the unit until closed. */
    public UnitTicker(Unit unit, String name) {
        this(unit::tick, name);
    }

    /** Does what time does until closed. */
    UnitTicker(Runnable tick, String name) {
        executor = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "pmu-ticker " + name);
            thread.setDaemon(true);
            return thread;
        });
        ticking =
                executor.scheduleWithFixedDelay(() -> tick(tick), PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void tick(Runnable tick) {
        try {
            tick.run();
        } catch (RuntimeException e) {
            // An executor would never tick again.
            LOG.log(ERROR, "defect while time passed", e);
        }
    }

    /** No tick begins after this. */
    @Override
    public void close() {
        ticking.cancel(false);
        executor.shutdown();
    }
}
