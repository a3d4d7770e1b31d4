package org.pmuconnector.pmu.nic.iwarp;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * Logs what peers did wrong, at most one line a second: a hostile peer can fill no disk. What was left out is counted.
 * Safe for use by many threads.
 */
final class FaultLog {

    private static final System.Logger LOG = System.getLogger(IwarpNic.class.getName());
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long nextNanoTime = System.nanoTime();
    private long leftOut;

    synchronized void report(String peer, String fault) {
        long now = System.nanoTime();
        if (now - nextNanoTime < 0) {
            leftOut++;
            return;
        }
        nextNanoTime = now + INTERVAL_NANOS;
        LOG.log(Level.WARNING, "{0}: {1}{2}", peer, fault, leftOut == 0 ? "" : "; and " + leftOut + " faults before");
        leftOut = 0;
    }
}
