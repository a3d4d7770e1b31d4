package org.pmuconnector.instance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.instance.DeliverySettings.PoisonPolicy;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.LogFollower;
import org.pmuconnector.model.ErrorCategory;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/**
 * Follows a region for one activation: stands by and delivers, takes over when the region has no primary, and tells when
 * another took over. A state machine: {@link #step()} does what can be done now and says how long nothing else will be
 * due; {@link #run()} gives it time.
 */
public final class RegionReplica {

    private static final System.Logger LOG = System.getLogger(RegionReplica.class.getName());
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(2);
    private static final Duration NOTHING_DUE = Duration.ofSeconds(1);
    private static final long NOWHERE = -1;

    /** Where a replica is on its way. */
    enum Phase {
        /** Has to connect, and to read the region from its newest base. */
        JOINING,
        /** Delivers what the primary commits. */
        STANDBY,
        /** Is the primary for the unit, and delivers the rest before it is for the application. */
        PROMOTING,
        /** Is the primary. */
        PRIMARY,
        /** Was the primary, and has to tell the application that it is not any more. */
        FENCED,
        /** Is done until it is activated anew. */
        DOWN
    }

    private final Region region;
    private final ReplicaSettings settings;
    private final Candidacy candidacy;
    private final Resignation resignation;
    private final Subscriber subscriber;
    private final Delivery delivery;
    private final ReplicaLag lag;
    private final ReplicaConnection connection;
    private final Backoff backoff = new Backoff(FIRST_BACKOFF);

    /** What branches have committed that were in doubt at the takeover; filled by whoever commits them. */
    private final Queue<CommittedSet> late = new ConcurrentLinkedQueue<>();

    private final Consumer<List<CommittedSet>> lateListener = late::addAll;

    private volatile Phase phase = Phase.JOINING;
    private LogFollower follower;
    private String resetReason;
    private CommitQueue queue;
    private Term term;

    /** Of its takeover, while that lasts. */
    private TakeoverTimer timer;

    /** Behind this cursor sets are missing, which a base takes the place of. */
    private long missesSetsBehind = NOWHERE;

    private boolean awaitsSubscription;
    private volatile boolean stopped;

    RegionReplica(Region region, ReplicaSettings settings, ReplicaListener listener) {
        this.region = region;
        this.settings = settings;
        this.lag = new ReplicaLag(clock());
        this.connection = new ReplicaConnection(region);
        this.candidacy = new Candidacy(region, this, settings.role(), LONGEST_BACKOFF);
        this.resignation = new Resignation(region);
        this.subscriber = new Subscriber(region.name(), settings);
        this.delivery = new Delivery(region.name(), settings.delivery(), subscriber, listener, lag, clock());
        region.replicas().hearLate(lateListener);
    }

    /**
     * Follows the region until {@link #stop()}; gives up the primary's role then, so that a standby need not wait. An
     * interrupt stops it too.
     */
    public void run() {
        region.replicas().follows();
        if (settings.role() != Role.STANDBY) {
            region.replicas().stands(this, settings.priority());
        }
        region.meter().follows(this);
        try {
            while (!stopped && !region.isClosed()) {
                long seen = region.changes();
                Duration pause = step();
                if (!pause.isZero() && !stopped) {
                    region.awaitChange(seen, pause);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leave();
            region.replicas().followsNoMore();
            region.meter().left(this);
        }
    }

    /** Makes {@link #run()} return after the call to the listener that may be in progress. */
    public void stop() {
        stopped = true;
        region.signal();
    }

    /** What the instance is for the region by this replica. */
    RegionRole role() {
        return switch (phase) {
            case JOINING -> RegionRole.JOINING;
            case STANDBY -> RegionRole.STANDBY;
            case PROMOTING -> RegionRole.PROMOTING;
            case PRIMARY -> RegionRole.PRIMARY;
            case FENCED -> RegionRole.FENCED;
            case DOWN -> RegionRole.DOWN;
        };
    }

    /** Whether its listener is to have what the log has. */
    boolean standsBy() {
        RegionRole role = role();
        return role == RegionRole.JOINING || role == RegionRole.STANDBY || role == RegionRole.PROMOTING;
    }

    Lag lag() {
        return lag.value();
    }

    /** Does what is due, and returns how long to wait at most before the next step; zero for none. */
    Duration step() {
        try {
            Duration pause =
                    switch (phase) {
                        case JOINING -> join();
                        case STANDBY -> follow();
                        case PROMOTING -> promote();
                        case PRIMARY -> guard();
                        case FENCED -> tellFenced();
                        case DOWN -> NOTHING_DUE;
                    };
            backoff.reset();
            return pause;
        } catch (PmuException e) {
            return afterFailure(e);
        } catch (DeliveryException e) {
            LogMessage.LISTENER_FAILED.logFailure(
                    LOG, e.getCause(), region.name(), backoff.peek().toMillis());
            region.meter().failed("the listener failed: " + e.getCause());
            return delivery.poison() == null ? backoff.next(LONGEST_BACKOFF) : afterThat(e);
        }
    }

    /** The listener has failed to take a set as often as it may. */
    private Duration afterThat(DeliveryException failure) {
        String cause = failure.origin().toString();
        try {
            keepInStep();
            CommittedSet poison = delivery.poison();
            if (poison == null) {
                // It was taken, as it turned out.
                return Duration.ZERO;
            }
            if (settings.delivery().afterThat() == PoisonPolicy.STOP) {
                goDown(poison, cause);
                return NOTHING_DUE;
            }
            delivery.park(connection.unit(), cause);
            LogMessage.SET_PARKED.log(LOG, poison.sequence(), region.name(), settings.subscription(), cause);
            return Duration.ZERO;
        } catch (PmuException e) {
            CommittedSet poison = delivery.poison();
            if (poison == null || e.code().category() == ErrorCategory.RETRY) {
                return afterFailure(e);
            }
            goDown(poison, "it cannot be parked: " + e.getMessage());
            return NOTHING_DUE;
        }
    }

    private void goDown(CommittedSet poison, String why) {
        LogMessage.DELIVERY_STOPPED.log(LOG, poison.sequence(), region.name(), why);
        region.meter().failed("stopped at set " + poison.sequence() + ": " + why);
        stepDown();
        disconnect();
        down();
    }

    /** Claims no more. */
    private void down() {
        region.replicas().standsNoMore(this);
        phase = Phase.DOWN;
    }

    private Duration afterFailure(PmuException e) {
        if (e.code() == ErrorCode.SETS_TRIMMED) {
            resetReason = e.getMessage();
            missesSetsBehind = subscriber.cursor();
            restart();
            return Duration.ZERO;
        }
        if (e.code() == ErrorCode.SUBSCRIPTION_IN_USE || e.code() == ErrorCode.CLEAR_IN_DOUBT) {
            return awaitSubscription(e);
        }
        if (!stopped) {
            region.meter().failed(e.getMessage());
            LogMessage.REPLICA_FAILED.log(LOG, region.name(), region.instance().address(), phase, e.getMessage());
        }
        if (phase == Phase.STANDBY && e.code().category() == ErrorCategory.RETRY) {
            // What was read stays true; reading goes on over another connection.
            disconnect();
        } else if (phase != Phase.PRIMARY && phase != Phase.FENCED) {
            resetReason = "the connection to the unit was lost";
            restart();
        }
        return backoff.next(LONGEST_BACKOFF);
    }

    /** Another consumer or a transaction has to come to its end: that may take as long as it likes. */
    private Duration awaitSubscription(PmuException e) {
        subscriber.lostTrack();
        if (!awaitsSubscription) {
            awaitsSubscription = true;
            LogMessage.SUBSCRIPTION_AWAITED.log(LOG, region.name(), e.getMessage());
        }
        region.meter().failed(e.getMessage());
        return NOTHING_DUE;
    }

    /** Forgets the connection and all that was read over it. */
    private void restart() {
        disconnect();
        delivery.forget();
        queue = null;
        timer = null;
        phase = Phase.JOINING;
    }

    private void disconnect() {
        subscriber.lostTrack();
        connection.close();
    }

    private Duration join() throws PmuException {
        if (!connection.isThere()) {
            connection.open();
        }
        if (subscriber.clearsByListener() && !region.replicas().consumes(settings.subscription(), this)) {
            return NOTHING_DUE;
        }
        long cursor = subscriber.follow(connection.unit());
        awaitsSubscription = false;
        // Another server's replica may have had the subscription meanwhile, and what was missing, and have moved the
        // cursor.
        boolean atCursor = subscriber.clearsByListener() && cursor != missesSetsBehind;
        if (!atCursor) {
            delivery.reset(resetReason, subscriber.clearsByListener());
        }
        // All that was committed by now is about to be read.
        late.clear();
        RegionState now = connection.unit().region(region.name());
        if (candidacy.isOpen(now)) {
            Takeover takeover = candidacy.claim(connection.memory(), now);
            if (takeover != null) {
                List<CommittedSet> all = new ArrayList<>(start(atCursor, cursor));
                all.addAll(follower.finish());
                return promoteAfter(takeover, all);
            }
        }
        if (settings.role() == Role.PRIMARY && sharedQueue() == null) {
            return NOTHING_DUE;
        }
        region.standsBy();
        delivery.add(start(atCursor, cursor));
        phase = Phase.STANDBY;
        LogMessage.STANDS_BY.log(LOG, region.instance().name(), region.name());
        return Duration.ZERO;
    }

    /** What a new follower begins with: all since the newest base, or nothing yet where it goes on behind the cursor. */
    private List<CommittedSet> start(boolean atCursor, long cursor) throws PmuException {
        BoundMemory memory = connection.memory();
        follower = new LogFollower(memory, memory.geometry(), memory, memory.isPersistent());
        if (atCursor) {
            follower.startAfter(cursor);
            return List.of();
        }
        List<CommittedSet> sets = follower.recover();
        missesSetsBehind = NOWHERE;
        return sets;
    }

    /** Goes on over another connection; begins anew if the unit was restarted. */
    private boolean reconnect() throws PmuException {
        boolean sameMemory = connection.reopen();
        if (!sameMemory) {
            resetReason = "the unit restarted";
            restart();
        }
        return sameMemory;
    }

    private MonotonicClock clock() {
        return region.instance().environment().clock();
    }

    private Duration follow() throws PmuException, DeliveryException {
        if (!connection.isThere() && !reconnect()) {
            return Duration.ZERO;
        }
        deliverDue();
        RegionState known = region.state();
        if (known != null && candidacy.isOpen(known)) {
            Takeover takeover = candidacy.claim(connection.memory(), known);
            if (takeover != null) {
                return promoteAfter(takeover, follower.finish());
            }
        }
        long asked = clock().nanoTime();
        List<CommittedSet> sets = follower.poll(settings.maxFetch());
        delivery.add(sets);
        deliverDue();
        boolean mayBeMore = sets.size() == settings.maxFetch();
        if (!mayBeMore && delivery.isEmpty()) {
            lag.completeAt(asked);
        }
        CommitQueue shared = sharedQueue();
        if (shared != null && sets.isEmpty()) {
            queue = shared;
            phase = Phase.PROMOTING;
            return Duration.ZERO;
        }
        return mayBeMore ? Duration.ZERO : delivery.dueWithin(settings.pollInterval());
    }

    private Duration promoteAfter(Takeover takeover, Collection<CommittedSet> rest) throws PmuException {
        timer = takeover.timer();
        timer.read(rest.size());
        try {
            queue = takeover.seal(follower.state());
        } catch (PmuException e) {
            // What the follower has read is the writer's by now, and may be ahead of what was delivered.
            phase = Phase.JOINING;
            throw e;
        }
        delivery.add(rest);
        phase = Phase.PROMOTING;
        return Duration.ZERO;
    }

    /** What another activation of this adapter writes through: then this one is primary too. */
    private CommitQueue sharedQueue() {
        CommitQueue shared = region.queue();
        return settings.role() != Role.STANDBY
                        && !region.replicas().isLeader(this)
                        && shared != null
                        && shared.isUsable()
                ? shared
                : null;
    }

    private Term newTerm() throws PmuException {
        CommitQueue mine = queue;
        Instance instance = region.instance();
        return new Term(
                region.name(),
                mine.epoch(),
                List.copyOf(mine.inDoubt()),
                Parked.of(connection.unit().region(region.name())),
                () -> region.queue() == mine && mine.isUsable() && region.isUpToDate(),
                successor -> {
                    try (UnitConnection asking = instance.connect()) {
                        asking.switchOver(region.name(), successor);
                    }
                });
    }

    private Duration promote() throws PmuException, DeliveryException {
        deliverAll();
        if (timer != null) {
            timer.delivered();
        }
        if (isSuperseded(queue)) {
            resetReason = "another instance took over while this one was taking over";
            restart();
            return Duration.ZERO;
        }
        // Before anybody writes: what fails here makes this instance the primary anew.
        term = newTerm();
        if (!region.isInformed()) {
            // The session tells of this takeover in a moment, and wakes this replica; before, the term would not be
            // valid.
            return NOTHING_DUE;
        }
        if (region.queue() != queue && region.replicas().isLeader(this)) {
            region.install(queue);
        }
        delivery.primary(term);
        phase = Phase.PRIMARY;
        tookOver();
        return NOTHING_DUE;
    }

    /** Says how long it took, unless it was another activation's takeover. */
    private void tookOver() {
        if (timer == null) {
            return;
        }
        TakeoverTimes times = timer.told();
        timer = null;
        region.meter().tookOverWithin(times);
        times.log(LOG, region.instance().name(), region.name(), queue.epoch());
    }

    private void deliverDue() throws PmuException, DeliveryException {
        keepInStep();
        delivery.deliverDue(connection.unit(), () -> stopped);
    }

    private void deliverAll() throws PmuException, DeliveryException {
        keepInStep();
        delivery.deliverAll(connection.unit(), () -> stopped);
    }

    private void keepInStep() throws PmuException {
        if (!subscriber.isInStep()) {
            delivery.taken(subscriber.follow(connection.unit()));
            awaitsSubscription = false;
        }
    }

    private boolean isSuperseded(CommitQueue mine) {
        RegionState known = region.state();
        return known != null && known.getEpoch() > mine.epoch();
    }

    private Duration guard() throws PmuException, DeliveryException {
        // A primary has everything, until it is one no more.
        lag.completeAt(clock().nanoTime());
        RegionState known = region.state();
        long boot = region.instance().session().bootNumber();
        boolean anotherEpoch = isSuperseded(queue);
        if (anotherEpoch && !known.getPrimaryInstance().equals(region.instance().name())) {
            LogMessage.FENCED.log(
                    LOG, region.instance().name(), region.name(), known.getPrimaryInstance(), known.getEpoch());
            region.uninstall(true);
            phase = Phase.FENCED;
            return Duration.ZERO;
        }
        if (known != null
                && resignation.isAskedFor(known, queue)
                && region.replicas().isLeader(this)) {
            resignation.handOver(known, queue);
            phase = Phase.FENCED;
            return Duration.ZERO;
        }
        boolean leaderGone = region.queue() != queue;
        boolean restarted = boot != 0 && boot != queue.bootNumber();
        boolean vacated = boot != 0
                && known != null
                && known.getEpoch() == queue.epoch()
                && known.getRole() == RegionState.Role.VACANT;
        if (anotherEpoch || restarted || vacated || leaderGone) {
            resetReason = restarted ? "the unit restarted" : "the primary's role was given up or lost";
            LogMessage.PRIMARY_ANEW.log(LOG, region.instance().name(), region.name(), resetReason);
            region.uninstall(false);
            restart();
            return Duration.ZERO;
        }
        if (known != null && Resolutions.isAnyOpen(known) && region.replicas().isLeader(this)) {
            Resolutions.apply(region, queue, known);
        }
        return deliverLate();
    }

    private Duration deliverLate() throws PmuException, DeliveryException {
        for (CommittedSet set = late.poll(); set != null; set = late.poll()) {
            delivery.addLate(set);
        }
        if (!delivery.isEmpty()) {
            if (!connection.isLive() && !reconnect()) {
                return Duration.ZERO;
            }
            deliverAll();
        }
        return NOTHING_DUE;
    }

    private Duration tellFenced() throws DeliveryException {
        delivery.fenced(term);
        resetReason = "another instance took over";
        restart();
        if (settings.role() == Role.PRIMARY) {
            down();
        }
        return Duration.ZERO;
    }

    private void leave() {
        stepDown();
        region.replicas().hearLateNoMore(lateListener);
        disconnect();
        down();
    }

    /** Gives up all that others may be waiting for. */
    private void stepDown() {
        if (queue != null && region.replicas().isLeader(this)) {
            resignation.leave(queue);
        }
        queue = null;
        region.replicas().leaderLeft(this);
        region.replicas().consumesNoMore(settings.subscription(), this);
    }
}
