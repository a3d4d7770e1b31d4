package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.catalog.CatalogEpoch;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;

/**
 * Who is primary of a region: the epochs, from grant to resignation, and what an instance's departure or return does to
 * its regions. One thread at a time, under the manager's lock.
 */
final class Primaries {

    private static final System.Logger LOG = System.getLogger(Primaries.class.getName());

    private final Regions regions;
    private final KeyRing keys;
    private final MonotonicClock clock;
    private final Succession succession;
    private final RandomGenerator random;
    private final int maxEpochs;
    private final long startedNanos;
    private long epochsGranted;
    private long fenceNanos;

    Primaries(Regions regions, KeyRing keys, MonotonicClock clock, RandomGenerator random, int maxEpochs) {
        this.regions = regions;
        this.keys = keys;
        this.clock = clock;
        this.succession = new Succession(regions, clock);
        this.random = random;
        this.maxEpochs = maxEpochs;
        this.startedNanos = clock.nanoTime();
    }

    /**
     * Grants the next epoch: first it is persisted, then no access under an older key for writing can land any more, then
     * it is granted. If persisting fails, nothing has changed.
     */
    GrantedEpoch claim(ManagedConnection by, ManagedRegion region, long expectedEpoch, boolean force)
            throws PmuException {
        try {
            return grant(by, region, expectedEpoch, force);
        } catch (PmuException e) {
            tellRefusal(by, region, e);
            throw e;
        }
    }

    /** Once for each instance, reason and epoch in a row: some try again and again. */
    private static void tellRefusal(ManagedConnection by, ManagedRegion region, PmuException e) {
        String refusal = by.instance.name + " " + e.code() + " " + region.entry.getEpoch();
        if (!refusal.equals(region.lastRefusal)) {
            region.lastRefusal = refusal;
            LOG.log(
                    INFO,
                    "region {0}: claim by {1} ({2}) refused, {3}: {4}",
                    region.name(),
                    by.instance.name,
                    by.describe(),
                    e.code(),
                    e.getMessage());
        }
    }

    private GrantedEpoch grant(ManagedConnection by, ManagedRegion region, long expectedEpoch, boolean force)
            throws PmuException {
        long startNanos = clock.nanoTime();
        Instance instance = by.instance;
        CatalogRegion entry = region.entry;
        if (entry.getEpoch() != expectedEpoch) {
            throw new PmuException(
                    ErrorCode.EPOCH_CHANGED,
                    "region " + region.name() + " is in epoch " + entry.getEpoch() + " and not in "
                            + Long.toUnsignedString(expectedEpoch) + "; look at it anew");
        }
        if (region.isGrowing()) {
            throw new PmuException(
                    ErrorCode.PRIMARY_EXISTS,
                    "region " + region.name() + " is " + region.evidence + "; it can be claimed in a moment");
        }
        boolean free = region.role == Role.VACANT || region.isPrimary(instance);
        if (!free && !force) {
            throw primaryExists(region);
        }
        if (!force) {
            succession.requireAdmitted(instance, region);
        }
        if (entry.getEpochStartsCount() >= maxEpochs) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "region " + region.name() + " holds records of " + maxEpochs
                            + " epochs, as many as it may; free room by a base or by clearing");
        }
        String former = entry.getPrimaryInstance();
        CatalogRegion next = entry.toBuilder()
                .setEpoch(expectedEpoch + 1)
                .setSalt(random.nextLong())
                .setPrimaryInstance(instance.name)
                .setPrimaryTokenHash(instance.tokenHash)
                .build();
        regions.change(region, next);
        region.grantedSinceStart = false;
        int writeKeys = region.writeKeys.size();
        fence(region, "claimed by " + instance.name + ", but not granted");
        long tookNanos = clock.nanoTime() - startNanos;
        epochsGranted++;
        fenceNanos += tookNanos;
        keys.disconnectGone(region);
        region.role = Role.HELD;
        succession.isOver(region);
        region.grantedSinceStart = true;
        region.evidence = "claimed by " + instance.name + (former.isEmpty() ? "" : ", after " + former)
                + (free ? "" : ", by force");
        region.lastRefusal = "";
        LOG.log(
                INFO,
                "region {0}: epoch {1} {2} ({3}); fenced within {4} µs, {5} keys for writing revoked",
                region.name(),
                String.valueOf(next.getEpoch()),
                region.evidence,
                by.describe(),
                String.valueOf(TimeUnit.NANOSECONDS.toMicros(tookNanos)),
                String.valueOf(writeKeys));
        regions.announce(region);
        return new GrantedEpoch(next.getSalt(), region.status(), tookNanos);
    }

    /** Without the devices' confirmation nobody is primary: whoever claims the region next tries again. */
    private void fence(ManagedRegion region, String otherwise) throws PmuException {
        try {
            keys.revokeWriters(region);
        } catch (PmuException e) {
            vacate(region, otherwise + ": " + e.getMessage());
            throw e;
        }
    }

    /** How many epochs have been granted since the unit was started. */
    long epochsGranted() {
        return epochsGranted;
    }

    /** How long it took in all, from each claim until the former primary could not write any more. */
    long fenceNanos() {
        return fenceNanos;
    }

    private PmuException primaryExists(ManagedRegion region) {
        String primary = region.entry.getPrimaryInstance();
        if (region.role == Role.HELD) {
            return new PmuException(
                    ErrorCode.PRIMARY_EXISTS,
                    "region " + region.name() + " has a live primary: " + primary + " (" + region.evidence + ")");
        }
        long leftMillis = Math.max(0, (region.awaitedUntilNanos - clock.nanoTime()) / 1_000_000);
        return new PmuException(
                ErrorCode.PRIMARY_EXISTS,
                "region " + region.name() + " is kept for " + primary + " for another " + leftMillis + " ms ("
                        + region.evidence + ")");
    }

    /** Refuses whoever is not primary of the region in that epoch. */
    void require(Instance instance, ManagedRegion region, long epoch) throws PmuException {
        CatalogRegion entry = region.entry;
        if (epoch < entry.getEpoch()) {
            throw new PmuException(
                    ErrorCode.FENCED_OFF,
                    "region " + region.name() + ": epoch " + epoch + " is over; epoch " + entry.getEpoch()
                            + " was granted to "
                            + (region.hasPrimary()
                                    ? entry.getPrimaryInstance()
                                    : "nobody that is there: " + region.evidence));
        }
        if (epoch > entry.getEpoch()) {
            throw new PmuException(
                    ErrorCode.EPOCH_CHANGED,
                    "region " + region.name() + " is in epoch " + entry.getEpoch() + " and not yet in " + epoch);
        }
        if (!region.isPrimary(instance)) {
            String primary = entry.getPrimaryInstance();
            throw new PmuException(
                    ErrorCode.NOT_PRIMARY,
                    "region " + region.name() + ": " + instance.name + " is not its primary; "
                            + (primary.isEmpty() ? "nobody is" : primary + " is"));
        }
        if (!region.grantedSinceStart) {
            throw new PmuException(
                    ErrorCode.NOT_PRIMARY,
                    "region " + region.name() + ": the unit was restarted since epoch " + epoch
                            + " was claimed, or did not grant it; claim the next one");
        }
    }

    /** The primary's records begin there. Only from then on the epoch is among those that readers know. */
    void begin(Instance instance, ManagedRegion region, long epoch, long startPosition) throws PmuException {
        require(instance, region, epoch);
        CatalogRegion entry = region.entry;
        List<CatalogEpoch> starts = new ArrayList<>(entry.getEpochStartsList());
        CatalogEpoch last = starts.isEmpty() ? CatalogEpoch.getDefaultInstance() : starts.get(starts.size() - 1);
        if (last.getEpoch() == epoch) {
            if (last.getStartPosition() == startPosition) {
                return;
            }
            throw refused(region, "epoch " + epoch + " has begun, at " + last.getStartPosition());
        }
        if (startPosition < last.getStartPosition() || startPosition < entry.getTrimPosition()) {
            throw refused(
                    region,
                    "epoch " + epoch + " cannot begin at " + startPosition + ": the epoch before it began at "
                            + last.getStartPosition() + ", and what lies before " + entry.getTrimPosition()
                            + " is freed");
        }
        // An epoch ends where the next begins: one that begins at the same place has no records.
        starts.removeIf(start -> start.getStartPosition() == startPosition);
        starts.add(CatalogEpoch.newBuilder()
                .setEpoch(epoch)
                .setStartPosition(startPosition)
                .setSalt(entry.getSalt())
                .build());
        regions.change(
                region,
                entry.toBuilder().clearEpochStarts().addAllEpochStarts(starts).build());
        regions.announce(region);
    }

    /** Frees what lies before the position, and forgets epochs that lie wholly before it; never backwards. */
    void trim(Instance instance, ManagedRegion region, long epoch, long position) throws PmuException {
        require(instance, region, epoch);
        if (position < 0) {
            throw refused(region, "a position beyond all");
        }
        CatalogRegion entry = region.entry;
        if (position <= entry.getTrimPosition()) {
            return;
        }
        List<CatalogEpoch> starts = new ArrayList<>(entry.getEpochStartsList());
        while (starts.size() > 1 && starts.get(1).getStartPosition() <= position) {
            starts.remove(0);
        }
        regions.change(
                region,
                entry.toBuilder()
                        .setTrimPosition(position)
                        .clearEpochStarts()
                        .addAllEpochStarts(starts)
                        .build());
    }

    /** The primary gives the region up; its keys for writing are dead when this returns. */
    void resign(Instance instance, ManagedRegion region, long epoch) throws PmuException {
        require(instance, region, epoch);
        giveUp(region, "resigned: " + instance.name + " from epoch " + epoch, instance.name + " may still write");
    }

    private void giveUp(ManagedRegion region, String evidence, String ifNotFenced) throws PmuException {
        region.givenUpBy = region.entry.getPrimaryInstance();
        regions.change(
                region,
                region.entry.toBuilder()
                        .setPrimaryInstance("")
                        .setPrimaryTokenHash(ByteString.EMPTY)
                        .build());
        fence(region, evidence + ", and " + ifNotFenced);
        vacate(region, evidence);
    }

    /**
     * Asks the primary, as somebody wants, to hand the region over. It drains and resigns; until then it is the primary, and
     * after that its successor alone may claim the region, for as long as a lease.
     *
     * @param to the successor; empty for any
     * @throws PmuException {@code NOT_PRIMARY} if nobody is the primary, {@code NO_STANDBY} if the successor does not use
     *     the region
     */
    void handOver(ManagedConnection by, ManagedRegion region, String to, long leaseMillis) throws PmuException {
        if (region.role != Role.HELD) {
            throw noPrimary(region);
        }
        succession.begin(by, region, to, leaseMillis);
        regions.announce(region);
    }

    /**
     * Takes the region from its primary without asking: no write of it can land when this returns. Its successor alone may
     * claim the region then, for as long as a lease.
     *
     * @throws PmuException as {@link #handOver}; {@code FENCE_UNCONFIRMED}, {@code UNIT_IO}
     */
    void takeFromPrimary(ManagedConnection by, ManagedRegion region, String to, long leaseMillis) throws PmuException {
        if (region.role == Role.VACANT) {
            throw noPrimary(region);
        }
        succession.begin(by, region, to, leaseMillis);
        String from = region.handover.from();
        giveUp(
                region,
                "taken from " + from + " by an administrator, " + by.principal + " (" + by.describe() + ")",
                from + " may still write");
    }

    private static PmuException noPrimary(ManagedRegion region) {
        return new PmuException(
                ErrorCode.NOT_PRIMARY,
                "region " + region.name() + " has no primary that it could be taken from: " + region.evidence);
    }

    /** An instance is gone: its regions may be claimed. Its keys stay until one is. */
    void departed(Instance instance, String evidence) {
        for (ManagedRegion region : regions.all()) {
            if (region.role == Role.HELD && region.isPrimary(instance)) {
                vacate(region, evidence);
            }
        }
    }

    /** An instance that had been given up is there again: what nobody claimed meanwhile is still its own. */
    void returned(Instance instance) {
        for (ManagedRegion region : regions.all()) {
            if (region.role == Role.VACANT && region.grantedSinceStart && region.isPrimary(instance)) {
                region.role = Role.HELD;
                region.evidence = "session of " + instance.name + " returned";
                LOG.log(
                        INFO,
                        "region {0}: {1} ({2}), and it is the primary in epoch {3} as before",
                        region.name(),
                        region.evidence,
                        instance.session.describe(),
                        String.valueOf(region.entry.getEpoch()));
                regions.announce(region);
            }
        }
    }

    /** Ends what has lasted long enough. */
    void tick() {
        long now = clock.nanoTime();
        for (ManagedRegion region : regions.all()) {
            succession.tick(region, now);
            if (region.role == Role.AWAITED && !region.isGrowing() && now - region.awaitedUntilNanos >= 0) {
                vacate(
                        region,
                        "unit started; primary " + region.entry.getPrimaryInstance() + " did not return within "
                                + TimeUnit.NANOSECONDS.toMillis(now - startedNanos) + " ms");
            }
        }
    }

    private void vacate(ManagedRegion region, String evidence) {
        region.role = Role.VACANT;
        region.evidence = evidence;
        succession.begins(region);
        // First, as every standby waits for this, and a log may be slow.
        regions.announce(region);
        LOG.log(
                WARNING,
                "region {0} is vacant: {1}; the newest epoch is {2}",
                region.name(),
                evidence,
                String.valueOf(region.entry.getEpoch()));
    }

    private static PmuException refused(ManagedRegion region, String why) {
        return new PmuException(ErrorCode.PROTOCOL_VIOLATION, "region " + region.name() + ": " + why);
    }
}
