package org.pmuconnector.instance;

import java.time.Duration;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.scram.Credentials;

/**
 * A region as one instance sees it: whether the instance is the primary, and through what its writes go. Shared by all
 * connections and replicas of the adapter. Safe for use by many threads.
 */
public final class Region {

    private static final System.Logger LOG = System.getLogger(Region.class.getName());

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    private final Instance instance;
    private final RegionMeter meter;
    private volatile RegionSettings settings;

    private final Monitor lock;
    private final Monitor claiming;

    private final Replicas replicas;
    private volatile RegionState state;

    /** Whether the present session has told its state: what an earlier one told may be over. */
    private volatile boolean informed;

    private volatile CommitQueue queue;
    private volatile long fencedEpoch;
    private volatile boolean closed;
    private long changes;

    // What this instance has been told is safe; a log that ends before it has lost data.
    private volatile long acknowledgedPosition;

    Region(Instance instance, RegionSettings settings) {
        this.instance = instance;
        this.meter = new RegionMeter(instance.environment());
        this.settings = settings;
        this.lock = instance.environment().monitors().get();
        this.claiming = instance.environment().monitors().get();
        this.replicas =
                new Replicas(this::signal, priority -> instance.session().watch(settings.name(), priority));
    }

    /** Its settings, all that was asked for put together. */
    public RegionSettings settings() {
        return settings;
    }

    /** Somebody else in this adapter uses it too. */
    synchronized void refine(RegionSettings others) throws PmuException {
        settings = settings.merged(others);
    }

    /** Its name. */
    public String name() {
        return settings.name();
    }

    Instance instance() {
        return instance;
    }

    RegionMeter meter() {
        return meter;
    }

    /** Those of this adapter that follow it. */
    Replicas replicas() {
        return replicas;
    }

    /** What the instance is for the region now, and has done for it so far. */
    public RegionStatistics statistics() {
        CommitQueue mine = queue;
        if (mine != null && mine.isUsable()) {
            return meter.statistics(RegionRole.PRIMARY, mine.epoch(), instance.name());
        }
        RegionState newest = state;
        RegionState known = newest == null ? RegionState.getDefaultInstance() : newest;
        // Of a vacant region it is who was the primary last.
        boolean vacant = known.getRole() == RegionState.Role.VACANT;
        return meter.statistics(roleOfAnother(), known.getEpoch(), vacant ? "" : known.getPrimaryInstance());
    }

    private RegionRole roleOfAnother() {
        RegionRole role = meter.replicaRole();
        // Without an activation nobody tells the application, or makes this instance anything else.
        return role == RegionRole.NONE && fencedEpoch != 0 ? RegionRole.FENCED : role;
    }

    /**
     * A connection of its own, with its own key.
     *
     * @param subscription whose cursor {@link RegionConnection#poll} starts from and {@code clear} moves; null for none
     * @throws PmuException {@code UNIT_UNREACHABLE}, {@code REGION_UNKNOWN}, {@code REGION_MISMATCH}, {@code UNIT_FULL}
     */
    public RegionConnection connect(String subscription) throws PmuException {
        return connect(subscription, Credentials.ANONYMOUS);
    }

    /**
     * The same on behalf of a user: what is written and read over it has to be allowed to this user. Becoming the primary
     * and standing by are the instance's own affair.
     *
     * @param credentials nobody's for the instance's own user
     * @throws PmuException as {@link #connect(String)}; {@code AUTHENTICATION_FAILED}, {@code NOT_AUTHORIZED}
     */
    public RegionConnection connect(String subscription, Credentials credentials) throws PmuException {
        UnitConnection connection = instance.connect(credentials);
        try {
            boolean forAnother = !credentials.isAnonymous()
                    && !credentials.equals(instance.settings().credentials());
            return new RegionConnection(this, connection, openForReading(connection), subscription, forAnother);
        } catch (PmuException e) {
            connection.close();
            throw e;
        }
    }

    /** Binds a key for reading to a connection; creates the region where the settings ask for it. */
    OpenRegionReply openForReading(UnitConnection connection) throws PmuException {
        RegionSettings wanted = settings;
        OpenRegionReply reply;
        try {
            reply = connection.openForReading(name());
        } catch (PmuException e) {
            if (e.code() != ErrorCode.REGION_UNKNOWN || !wanted.create()) {
                throw e;
            }
            connection.createRegion(wanted);
            reply = connection.openForReading(name());
        }
        wanted.check(reply.getState());
        instance.session().watch(name(), replicas.priority());
        return reply;
    }

    /** A replica that stands by and takes over; the caller gives it a thread. */
    public RegionReplica replica(ReplicaSettings replicaSettings, ReplicaListener listener) {
        return new RegionReplica(this, replicaSettings, listener);
    }

    /** The newest state that the manager told; null before the first. */
    RegionState state() {
        return state;
    }

    void stateChanged(RegionState newest) {
        state = newest;
        informed = true;
        CommitQueue current = queue;
        if (current != null && newest.getEpoch() > current.epoch()) {
            current.superseded();
        }
        signal();
    }

    /** Until the next session tells, nothing is known. */
    void sessionLost() {
        informed = false;
        signal();
    }

    /** Whether the present session has told of the region. */
    boolean isInformed() {
        return informed;
    }

    /** Whether what it knows of the region's primary is within the lease of the session that told it. */
    boolean isUpToDate() {
        return informed && instance.isSessionLive();
    }

    void signal() {
        lock.lock();
        try {
            changes++;
            lock.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long changes() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something changed since the count was taken, or the time is over. */
    void awaitChange(long since, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (changes == since && left > 0) {
                left = lock.await(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a write that failed because the unit is away, or because this instance is not the primary yet, may succeed.
     *
     * @return false if the time is over before, or if another instance is the primary
     * @throws PmuException {@code CONNECTION_LOST} if the thread is interrupted
     */
    public boolean awaitWritable(Deadline deadline) throws PmuException {
        long seen = changes();
        // Whatever failed has to be given the time to change, so this is no loop without a pause.
        Duration pause = FIRST_PAUSE;
        try {
            while (!deadline.hasPassed() && !closed && !isAnothers()) {
                Duration left = Duration.ofNanos(deadline.remainingNanos());
                awaitChange(seen, left.compareTo(pause) < 0 ? left : pause);
                if (isWritable()) {
                    return true;
                }
                seen = changes();
                pause = LONGEST_PAUSE;
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PmuException(ErrorCode.CONNECTION_LOST, "interrupted while waiting for the unit", e);
        }
    }

    private boolean isWritable() {
        CommitQueue mine = queue;
        return instance.isSessionLive() && (!replicas.isAny() || (mine != null && mine.isUsable()));
    }

    private boolean isAnothers() {
        RegionState known = state;
        return fencedEpoch != 0
                || (known != null
                        && known.getRole() != RegionState.Role.VACANT
                        && !known.getPrimaryInstance().isEmpty()
                        && !known.getPrimaryInstance().equals(instance.name()));
    }

    /** The queue of the epoch in which this instance is primary, null if it is not. */
    CommitQueue queue() {
        return queue;
    }

    void install(CommitQueue newQueue) {
        queue = newQueue;
        fencedEpoch = 0;
        meter.tookOver();
        signal();
        LogMessage.BECAME_PRIMARY.log(LOG, instance.name(), name(), newQueue.epoch());
    }

    /** A replica that was fenced stands by again: from now on a write is refused as any standby's. */
    void standsBy() {
        fencedEpoch = 0;
    }

    /** This instance is no longer primary. */
    void uninstall(boolean fenced) {
        CommitQueue old = queue;
        if (old != null) {
            old.superseded();
            if (fenced) {
                fencedEpoch = old.epoch();
                meter.fenced();
            }
        }
        queue = null;
    }

    /**
     * The queue to write through. Without an activation, the first write claims the region.
     *
     * @param bootNumber the boot of the unit that the writing connection is with
     * @throws PmuException {@code NOT_PRIMARY}, {@code FENCED_OFF}, {@code PRIMARY_EXISTS}, {@code CONNECTION_LOST} if the
     *     connection is of an earlier boot than the queue, or why claiming failed; nothing was written
     */
    CommitQueue queueForWriting(long bootNumber) throws PmuException {
        CommitQueue current = queue;
        if (current != null && current.bootNumber() > bootNumber) {
            // It is the connection that is of the past, and not the epoch.
            throw new PmuException(
                    ErrorCode.CONNECTION_LOST,
                    "the connection to " + instance.address()
                            + " ended when the unit restarted; nothing was written: try again");
        }
        if (current != null && current.bootNumber() < bootNumber) {
            // The unit's restart ended every key; the epoch can not be gone on with.
            current.superseded();
        }
        if (current != null && current.isUsable()) {
            RegionState known = state;
            if (known != null && known.getResolutionsCount() > 0 && !replicas.isAny()) {
                applyResolutions(current);
            }
            return current;
        }
        if (replicas.isAny()) {
            throw notPrimary();
        }
        return claimForWriting();
    }

    /** Where no activation does. */
    private void applyResolutions(CommitQueue current) throws PmuException {
        if (!claiming.tryLock()) {
            return;
        }
        try {
            RegionState newest = state;
            if (Resolutions.isAnyOpen(newest)) {
                Resolutions.apply(this, current, newest);
            }
        } finally {
            claiming.unlock();
        }
    }

    /** The unit has restarted since the boot in which the present epoch was granted. */
    void unitRestarted(long oldBootNumber) throws PmuException {
        CommitQueue current = queue;
        if (current != null && current.bootNumber() == oldBootNumber) {
            current.superseded();
            signal();
            if (!replicas.isAny()) {
                claimForWriting();
            }
        }
    }

    /**
     * Why nothing more is written in the epoch of a queue. Only where another instance has begun the next one is this one
     * fenced; its own next epoch, after a restart of the unit, lets the caller try again.
     */
    PmuException isOver(CommitQueue mine, PmuException cause) {
        RegionState known = state;
        String epoch = "epoch " + mine.epoch() + " of region '" + name() + "' at " + instance.address();
        if (known != null && known.hasHandover()) {
            return new PmuException(
                    ErrorCode.NOT_PRIMARY,
                    epoch + " is being handed over to another instance; nothing was written: try again, there",
                    cause);
        }
        if (known != null
                && known.getEpoch() >= mine.epoch()
                && known.getPrimaryInstance().equals(instance.name())) {
            return new PmuException(
                    ErrorCode.CONNECTION_LOST,
                    epoch + " ended with the unit's restart or this instance's session, and this instance is the"
                            + " primary still; nothing was written: try again",
                    cause);
        }
        return new PmuException(
                ErrorCode.FENCED_OFF,
                epoch + " has been superseded; nothing was written, and this instance writes no more in it",
                cause);
    }

    private PmuException notPrimary() {
        RegionState known = state;
        CommitQueue mine = queue;
        if (mine != null && known != null && isTakenByAnother(known, mine)) {
            // The replica has not told the application yet.
            fencedEpoch = mine.epoch();
        }
        if (fencedEpoch != 0) {
            return fenced();
        }
        if (known != null && known.getPrimaryInstance().equals(instance.name())) {
            return new PmuException(
                    ErrorCode.NOT_PRIMARY,
                    "instance '" + instance.name() + "' is about to become the primary of region '" + name() + "' at "
                            + instance.address() + "; try again when its activation has been told so");
        }
        String who = known == null || known.getPrimaryInstance().isEmpty()
                ? "no instance is yet"
                : "'" + known.getPrimaryInstance() + "' is, in epoch " + known.getEpoch();
        return new PmuException(
                ErrorCode.NOT_PRIMARY,
                "instance '" + instance.name() + "' is not the primary of region '" + name() + "' at "
                        + instance.address() + ": " + who + "; write through the primary");
    }

    private PmuException fenced() {
        return new PmuException(
                ErrorCode.FENCED_OFF,
                "instance '" + instance.name() + "' was the primary of region '" + name() + "' at "
                        + instance.address() + " in epoch " + fencedEpoch
                        + ", and another instance took over since");
    }

    private CommitQueue claimForWriting() throws PmuException {
        claiming.lock();
        try {
            CommitQueue current = queue;
            if (current != null && current.isUsable()) {
                return current;
            }
            if (fencedEpoch != 0) {
                throw fenced();
            }
            try (UnitConnection connection = instance.connect()) {
                BoundMemory memory = new BoundMemory(connection, openForReading(connection));
                RegionState known = connection.region(name());
                if (current != null && isTakenByAnother(known, current)) {
                    uninstall(true);
                    throw fenced();
                }
                CommitQueue claimed = Takeover.claim(this, memory, known, false).recoverAndSeal();
                install(claimed);
                return claimed;
            } catch (PmuException e) {
                throw e.code() == ErrorCode.PRIMARY_EXISTS
                        ? new PmuException(ErrorCode.NOT_PRIMARY, e.getMessage(), e)
                        : e;
            }
        } finally {
            claiming.unlock();
        }
    }

    private boolean isTakenByAnother(RegionState known, CommitQueue mine) {
        return known.getEpoch() > mine.epoch() && !known.getPrimaryInstance().equals(instance.name());
    }

    /**
     * The sequence that a state taken now includes, when this instance writes.
     *
     * @throws PmuException if the unit cannot be read
     */
    long committedSequence(RegionConnection reader) throws PmuException {
        CommitQueue current = queue;
        return current != null && current.isUsable() ? current.committedSequence() : reader.readCommittedSequence();
    }

    /** Whether this instance writes in an epoch, as far as it knows. */
    boolean isWrittenIn(long epoch) {
        CommitQueue current = queue;
        return current != null && current.isUsable() && current.epoch() == epoch;
    }

    void acknowledged(long position) {
        acknowledgedPosition = Math.max(acknowledgedPosition, position);
    }

    long acknowledgedPosition() {
        return acknowledgedPosition;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
        signal();
    }
}
