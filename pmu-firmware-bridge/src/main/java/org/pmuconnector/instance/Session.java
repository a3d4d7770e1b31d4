package org.pmuconnector.instance;

import static java.lang.System.Logger.Level.DEBUG;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/**
 * An instance's session with its unit: keeps its lease by heartbeats, hears what becomes of the watched regions, and
 * connects again when it was lost. {@link #step()} belongs to one thread; the other methods to any.
 */
final class Session implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Session.class.getName());

    /** After a failure to connect, the next try waits this long, and twice as long each time after. */
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);

    /** All of an adapter's threads wait for its one session when the unit returns, and a try in vain costs next to nothing. */
    private static final Duration LONGEST_BACKOFF = Duration.ofMillis(200);

    /** Where the unit refuses the user, somebody has to do something, and each try costs the next one time. */
    private static final long LONGEST_REFUSED_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Heartbeats for each lease, so that one lost or late does not end it. */
    private static final int HEARTBEATS_PER_LEASE = 4;

    private final Fabric fabric;
    private final InstanceSettings settings;
    private final Environment environment;
    private final Login login;
    private final byte[] token;
    private final Consumer<RegionState> onState;
    private final Runnable onLost;

    private final Monitor lock;
    private final Backoff backoff = new Backoff(FIRST_BACKOFF);
    private final Map<String, Wish> wanted = new HashMap<>();
    private long wishes;

    private volatile UnitConnection connection;
    private volatile boolean closed;
    private volatile long leaseUntilNanos;
    private PmuException lastFailure;
    private final LongAdder sessions = new LongAdder();
    private volatile Duration lease = Duration.ZERO;
    private volatile Failure lastTrouble;

    // Of the stepping thread alone.
    private final Map<String, Integer> watched = new HashMap<>();
    private long nextHeartbeatNanos;

    /**
     * To be told of a region.
     *
     * @param priority as {@link #watch} has it
     * @param number of all wishes: a later one for the same region is another one
     */
    private record Wish(int priority, long number) {}

    Session(
            Fabric fabric,
            InstanceSettings settings,
            Environment environment,
            Login login,
            byte[] token,
            Consumer<RegionState> onState,
            Runnable onLost) {
        this.fabric = fabric;
        this.settings = settings;
        this.environment = environment;
        this.login = login;
        this.token = token;
        this.onState = onState;
        this.onLost = onLost;
        this.lock = environment.monitors().get();
    }

    /**
     * Asks for a region's state to be handed over now and whenever it changes.
     *
     * @param priority as what this instance stands for it; 0 for not at all
     */
    void watch(String region, int priority) {
        lock.lock();
        try {
            wishes++;
            wanted.put(region, new Wish(priority, wishes));
        } finally {
            lock.unlock();
        }
        UnitConnection current = connection;
        if (current != null) {
            current.fabric().wakeup();
        }
    }

    /** Connects, or waits for the next event or heartbeat, whichever is first; handles it. */
    void step() throws InterruptedException {
        if (connection == null) {
            connect();
            return;
        }
        try {
            watchWanted();
            Event event = connection.fabric().awaitEvent(new Deadline(environment.clock(), nextHeartbeatNanos));
            if (event != null) {
                onState.accept(event.getRegion());
            }
            if (environment.clock().nanoTime() - nextHeartbeatNanos >= 0) {
                renewLease();
            }
        } catch (PmuException e) {
            lost(e);
        }
    }

    private void connect() throws InterruptedException {
        UnitConnection fresh = null;
        long asked = environment.clock().nanoTime();
        try {
            fresh = UnitConnection.open(fabric, environment.clock(), settings, login, Hello.Purpose.SESSION, token);
            watched.clear();
            established(fresh, asked);
            watchWanted();
        } catch (PmuException e) {
            if (fresh != null) {
                lost(e);
            } else {
                refused(e);
            }
        }
    }

    /**
     * There is a session.
     *
     * @param asked before the unit heard of it: its lease began later
     */
    private void established(UnitConnection fresh, long asked) throws PmuException {
        lock.lock();
        try {
            leaseUntilNanos = asked + fresh.lease().toNanos();
            nextHeartbeatNanos = asked + fresh.lease().toNanos() / HEARTBEATS_PER_LEASE;
            connection = fresh;
            lease = fresh.lease();
            sessions.increment();
            lastFailure = null;
            backoff.reset();
            lock.signalAll();
        } finally {
            lock.unlock();
        }
        if (closed) {
            fresh.close();
        }
        LogMessage.SESSION_UP.log(
                LOG,
                fabric.address(),
                settings.instanceName(),
                fresh.bootNumber(),
                fresh.lease().toMillis());
    }

    /** The attempt failed before there was a session; waits before the next. */
    private void refused(PmuException e) throws InterruptedException {
        trouble(e);
        lock.lock();
        try {
            boolean news = lastFailure == null || lastFailure.code() != e.code();
            if (e.code() != ErrorCode.LOGIN_THROTTLED || news) {
                // That it has to wait is not why it failed in the first place.
                lastFailure = isRefusal(e) && lastFailure != null && isRefusal(lastFailure) ? lastFailure : e;
            }
            lock.signalAll();
            if (news && !closed) {
                LogMessage.NO_SESSION_YET.log(LOG, fabric.address(), e.getMessage());
            }
            Duration longest = isRefusal(e) ? Duration.ofNanos(LONGEST_REFUSED_NANOS) : LONGEST_BACKOFF;
            long left = backoff.next(longest).toNanos();
            while (left > 0 && !closed) {
                left = lock.await(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean isRefusal(PmuException e) {
        return e.code() == ErrorCode.AUTHENTICATION_FAILED || e.code() == ErrorCode.LOGIN_THROTTLED;
    }

    private void trouble(PmuException e) {
        if (!closed) {
            lastTrouble = new Failure(e.getMessage(), environment.time().instant());
        }
    }

    private void lost(PmuException e) {
        trouble(e);
        lock.lock();
        try {
            UnitConnection old = connection;
            connection = null;
            lastFailure = null;
            if (old != null) {
                old.close();
            }
        } finally {
            lock.unlock();
        }
        if (!closed) {
            LogMessage.SESSION_LOST.log(LOG, fabric.address(), e.getMessage());
        }
        onLost.run();
    }

    private void watchWanted() throws PmuException {
        Map<String, Wish> wishesNow;
        lock.lock();
        try {
            wishesNow = new HashMap<>(wanted);
        } finally {
            lock.unlock();
        }
        for (Map.Entry<String, Wish> each : wishesNow.entrySet()) {
            String region = each.getKey();
            Wish wish = each.getValue();
            if (Integer.valueOf(wish.priority()).equals(watched.get(region))) {
                continue;
            }
            RegionState state;
            try {
                state = connection.watch(region, wish.priority());
            } catch (PmuException e) {
                unwant(region, wish, e);
                continue;
            }
            watched.put(region, wish.priority());
            onState.accept(state);
        }
    }

    /**
     * Who opens the region asks again: what is refused for one region must not cost the others the session. Who has asked
     * meanwhile, after creating the region, has another wish.
     */
    private void unwant(String region, Wish wish, PmuException why) throws PmuException {
        if (why.code() != ErrorCode.REGION_UNKNOWN && why.code() != ErrorCode.NOT_AUTHORIZED) {
            throw why;
        }
        LOG.log(DEBUG, "Not told about region {0}: {1}", region, why.getMessage());
        lock.lock();
        try {
            wanted.remove(region, wish);
        } finally {
            lock.unlock();
        }
    }

    private void renewLease() throws PmuException {
        long sent = environment.clock().nanoTime();
        connection.heartbeat();
        long leaseNanos = connection.lease().toNanos();
        leaseUntilNanos = sent + leaseNanos;
        nextHeartbeatNanos = sent + leaseNanos / HEARTBEATS_PER_LEASE;
    }

    /** Whether the unit answered within the lease. */
    boolean isLive() {
        return connection != null && environment.clock().nanoTime() - leaseUntilNanos < 0;
    }

    InstanceStatistics statistics(long fencings) {
        long reconnects = Math.max(0, sessions.sum() - 1);
        return new InstanceStatistics(isLive(), bootNumber(), lease, reconnects, fencings, lastTrouble);
    }

    /** The boot number of the unit that the session is with, 0 without a session. */
    long bootNumber() {
        UnitConnection current = connection;
        return current == null ? 0 : current.bootNumber();
    }

    /**
     * Waits until there is a session.
     *
     * @throws PmuException why there is none, as soon as an attempt has failed or the connect timeout has passed
     */
    void await() throws PmuException {
        Duration timeout = settings.connectTimeout();
        lock.lock();
        try {
            long left = timeout.toNanos();
            while (connection == null && lastFailure == null && !closed && left > 0) {
                left = lock.await(left);
            }
            if (connection == null) {
                throw new PmuException(
                        lastFailure == null ? ErrorCode.UNIT_UNREACHABLE : lastFailure.code(),
                        lastFailure == null
                                ? "no session with the unit at " + fabric.address() + " within " + timeout.toMillis()
                                        + " ms; check that it is served there"
                                : lastFailure.getMessage(),
                        lastFailure);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PmuException(ErrorCode.CONNECTION_LOST, "interrupted while waiting for the unit", e);
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (connection != null) {
                connection.close();
            }
            lock.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
