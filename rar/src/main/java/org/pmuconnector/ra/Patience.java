package org.pmuconnector.ra;

import java.time.Duration;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/**
 * Tries a write again that failed because the unit was away, as long as the policy allows. Only where nothing was written:
 * what may have become durable is for the caller to judge. Thread-safe.
 */
final class Patience {

    /** A write, or what has to go before it. */
    interface Attempt<T> {
        T make() throws PmuException;
    }

    private final UnitDownPolicy policy;
    private final Duration limit;
    private final AttachedRegion region;

    /**
     * For the writes to a region.
     *
     * @param limit how long all attempts of one write may take after the first has failed
     */
    Patience(UnitDownPolicy policy, Duration limit, AttachedRegion region) {
        this.policy = policy;
        this.limit = limit;
        this.region = region;
    }

    /** Whether a write may wait at all. */
    boolean waits() {
        return policy == UnitDownPolicy.WAIT;
    }

    /** Makes attempts until one succeeds; otherwise the last one's failure. */
    <T> T with(Attempt<T> attempt) throws PmuException {
        Deadline deadline = null;
        while (true) {
            try {
                return attempt.make();
            } catch (PmuException e) {
                if (!waits() || !mayPass(e)) {
                    throw e;
                }
                if (deadline == null) {
                    deadline = Deadline.after(MonotonicClock.system(), limit);
                }
                if (!region.awaitWritable(deadline)) {
                    throw e;
                }
            }
        }
    }

    private static boolean mayPass(PmuException e) {
        boolean away =
                switch (e.code()) {
                    case CONNECTION_LOST, UNIT_UNREACHABLE, DEADLINE_EXCEEDED, NO_SESSION, NOT_PRIMARY -> true;
                    default -> false;
                };
        return away && e.durability() == Durability.NOT_WRITTEN;
    }
}
