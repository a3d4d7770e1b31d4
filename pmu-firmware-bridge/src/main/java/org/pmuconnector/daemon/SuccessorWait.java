package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/** Waits until a region that was taken from its primary has another one. */
final class SuccessorWait {

    private static final Duration PAUSE = Duration.ofMillis(20);

    private SuccessorWait() {}

    /**
     * Waits, and says who it is.
     *
     * @throws PmuException {@code NOT_PRIMARY} if nobody is in time
     */
    static void await(UnitAccess unit, RegionState before, Duration limit, PrintWriter out) throws PmuException {
        Deadline deadline = Deadline.after(MonotonicClock.system(), limit);
        RegionState now = before;
        while (now.getEpoch() == before.getEpoch()) {
            if (deadline.hasPassed()) {
                throw new PmuException(
                        ErrorCode.NOT_PRIMARY,
                        "region " + now.getRegion() + " has no new primary after " + limit.toMillis() + " ms: "
                                + now.getEvidence());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            now = unit.region(before.getRegion());
        }
        out.println(now.getPrimaryInstance() + " is the primary of region " + now.getRegion() + " in epoch "
                + now.getEpoch() + ", after " + before.getPrimaryInstance());
    }
}
