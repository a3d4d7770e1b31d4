package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/**
 * Whose turn it is when a region loses its primary: in a handover its successor's, otherwise that of the candidate with the
 * highest priority, and after a while anybody's. One thread at a time, under the manager's lock.
 */
final class Succession {

    private static final System.Logger LOG = System.getLogger(Succession.class.getName());

    /** How long the candidate with the highest priority may claim a vacant region before the others. */
    static final long HEAD_START_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Regions regions;
    private final MonotonicClock clock;

    Succession(Regions regions, MonotonicClock clock) {
        this.regions = regions;
        this.clock = clock;
    }

    /**
     * From now on the primary is to hand the region over.
     *
     * @param by who wants it so
     * @param to the successor; empty for any
     * @param millis how long nobody else may claim the region
     * @throws PmuException {@code NO_STANDBY} if no such instance stands for the region
     */
    void begin(ManagedConnection by, ManagedRegion region, String to, long millis) throws PmuException {
        String from = region.entry.getPrimaryInstance();
        long untilNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        Handover handover = new Handover(from, to, untilNanos, millis);
        if (!region.candidates.has(candidate -> isSuccessor(region, candidate, handover))) {
            throw new PmuException(
                    ErrorCode.NO_STANDBY,
                    "region " + region.name() + ": "
                            + (to.isEmpty()
                                    ? "no instance but " + from
                                    : "instance '" + to + "' is " + from + ", or none that")
                            + " stands by; start one first");
        }
        region.handover = handover;
        LOG.log(
                INFO,
                "region {0} is {1}, for {2} ms: {3} ({4}) asked for it in epoch {5}",
                region.name(),
                handover.describe(),
                String.valueOf(millis),
                by.instance == null ? by.principal : by.instance.name,
                by.describe(),
                String.valueOf(region.entry.getEpoch()));
    }

    private static boolean isSuccessor(ManagedRegion region, ManagedConnection candidate, Handover handover) {
        return region.mayBeClaimedBy(candidate)
                && handover.admits(candidate.instance.name)
                && !candidate.instance.name.equals(handover.from());
    }

    /** The region has become vacant. */
    void begins(ManagedRegion region) {
        region.hasHeadStart = true;
        region.headStartUntilNanos = clock.nanoTime() + HEAD_START_NANOS;
    }

    /** The region has a primary. */
    void isOver(ManagedRegion region) {
        region.handover = null;
        region.hasHeadStart = false;
        region.givenUpBy = "";
    }

    /**
     * Refuses whoever has to wait for others.
     *
     * @throws PmuException {@code PRIMARY_EXISTS}, which says for whom and how long
     */
    void requireAdmitted(Instance instance, ManagedRegion region) throws PmuException {
        if (region.handover != null && !region.handover.admits(instance.name)) {
            throw new PmuException(
                    ErrorCode.PRIMARY_EXISTS, "region " + region.name() + " is " + region.handover.describe());
        }
        requireNobodyBefore(instance, region);
    }

    /** Whoever was the primary may be it again; of all others the candidate with the highest priority comes first. */
    private void requireNobodyBefore(Instance instance, ManagedRegion region) throws PmuException {
        if (!region.hasHeadStart || region.isPrimary(instance)) {
            return;
        }
        Optional<ManagedConnection> before = region.candidates.before(
                instance,
                candidate -> region.mayBeClaimedBy(candidate)
                        && !candidate.instance.name.equals(region.givenUpBy)
                        && (region.handover == null || region.handover.admits(candidate.instance.name)));
        if (before.isPresent()) {
            ManagedConnection first = before.get();
            long leftMillis = Math.max(0, (region.headStartUntilNanos - clock.nanoTime()) / 1_000_000);
            throw new PmuException(
                    ErrorCode.PRIMARY_EXISTS,
                    "region " + region.name() + " is vacant, and for another " + leftMillis + " ms for "
                            + first.instance.name + ", whose priority " + region.candidates.priority(first)
                            + " is higher");
        }
    }

    /** Ends handovers that nobody took up, and head starts. */
    void tick(ManagedRegion region, long now) {
        if (region.handover != null && now - region.handover.untilNanos() >= 0) {
            LOG.log(
                    WARNING,
                    "region {0} is not {1} any more: nobody claimed it within {2} ms",
                    region.name(),
                    region.handover.describe(),
                    String.valueOf(region.handover.lastsMillis()));
            region.handover = null;
            regions.announce(region);
        }
        if (region.hasHeadStart && now - region.headStartUntilNanos >= 0) {
            region.hasHeadStart = false;
            if (region.role == Role.VACANT) {
                regions.announce(region);
            }
        }
    }
}
