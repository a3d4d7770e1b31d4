package org.pmuconnector.ra;

import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.UnavailableException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;

/**
 * Frees what transaction branches hold whose time is over, on a timer of the server's. Without one, a branch is found
 * overdue when it is used next.
 */
final class BranchExpiry implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(BranchExpiry.class.getName());

    /** Timeouts are whole seconds. */
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Timer timer;

    private BranchExpiry(Timer timer) {
        this.timer = timer;
    }

    /** Looks after the branches of all units from now on. */
    static BranchExpiry start(BootstrapContext context, UnitInstances units) {
        Timer timer = timer(context);
        if (timer != null) {
            timer.schedule(
                    new TimerTask() {
                        @Override
                        public void run() {
                            units.expireBranches();
                        }
                    },
                    PERIOD.toMillis(),
                    PERIOD.toMillis());
        }
        return new BranchExpiry(timer);
    }

    private static Timer timer(BootstrapContext context) {
        try {
            return context.createTimer();
        } catch (UnavailableException e) {
            LOGGER.log(Level.DEBUG, "the server has no timer: {0}", e.getMessage());
            return null;
        }
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
