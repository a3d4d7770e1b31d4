package org.pmuconnector.instance;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/**
 * What a replica tells its listener: sets in order, each until the listener has taken it, and the subscription's cursor
 * behind them. One thread at a time.
 */
final class Delivery {

    private interface Call {
        void make() throws Exception;
    }

    private final String region;
    private final DeliverySettings settings;
    private final Subscriber subscriber;
    private final ReplicaListener listener;
    private final ReplicaLag lag;
    private final MonotonicClock clock;
    private final Deque<CommittedSet> undelivered = new ArrayDeque<>();
    private final Redeliveries redeliveries;

    /** Until when what is there may wait for more to come. */
    private Deadline fillUntil;

    /** Whether the listener holds something that a reset would make it forget. */
    private boolean holdsState;

    private boolean resetDue;
    private String resetReason;

    /** What is read up to here is not to be delivered: it was taken while this replica did not have the subscription. */
    private long takenThrough;

    private long addedSequence;
    private long deliveredSequence;

    Delivery(
            String region,
            DeliverySettings settings,
            Subscriber subscriber,
            ReplicaListener listener,
            ReplicaLag lag,
            MonotonicClock clock) {
        this.region = region;
        this.settings = settings;
        this.subscriber = subscriber;
        this.listener = listener;
        this.lag = lag;
        this.clock = clock;
        this.redeliveries = new Redeliveries(settings.maxRedeliveries());
    }

    void add(Collection<CommittedSet> sets) {
        List<CommittedSet> news = takenThrough == 0
                ? List.copyOf(sets)
                : sets.stream().filter(set -> set.sequence() > takenThrough).toList();
        if (undelivered.isEmpty() && !news.isEmpty()) {
            fillUntil = Deadline.after(clock, settings.maxWait());
        }
        for (CommittedSet set : news) {
            undelivered.add(set);
            addedSequence = set.sequence();
        }
        lag.read(news);
    }

    /** What a branch committed late, unless it was read from the log already. */
    void addLate(CommittedSet set) {
        if (set.sequence() > addedSequence) {
            add(List.of(set));
        }
    }

    /** What was not delivered yet is to be read again. */
    void forget() {
        undelivered.clear();
        takenThrough = 0;
        addedSequence = deliveredSequence;
        lag.forgotten();
    }

    /** The listener has taken all up to a sequence, as it turned out, or its subscription's consumer in another server. */
    void taken(long throughSequence) {
        takenThrough = Math.max(takenThrough, throughSequence);
        while (!undelivered.isEmpty() && undelivered.peek().sequence() <= throughSequence) {
            taken(List.of(undelivered.peek()));
        }
        deliveredSequence = Math.max(deliveredSequence, throughSequence);
    }

    /**
     * Delivers whole batches, and the rest if it has waited long enough, unless stopped; then the cursor is behind it.
     *
     * @throws DeliveryException the listener's; what it did not take stays the next to be delivered
     */
    void deliverDue(UnitConnection connection, BooleanSupplier stopped) throws PmuException, DeliveryException {
        deliver(connection, stopped, false);
    }

    /** Delivers all that is there. */
    void deliverAll(UnitConnection connection, BooleanSupplier stopped) throws PmuException, DeliveryException {
        deliver(connection, stopped, true);
    }

    private void deliver(UnitConnection connection, BooleanSupplier stopped, boolean all)
            throws PmuException, DeliveryException {
        if (!stopped.getAsBoolean()) {
            tellReset();
        }
        while ((all ? !isEmpty() : isDue()) && !stopped.getAsBoolean()) {
            List<CommittedSet> batch = nextBatch();
            deliver(batch);
            taken(batch);
        }
        subscriber.delivered(connection, deliveredSequence);
    }

    /** One set at a time is what most listeners get, ten thousand of them in a takeover: it has to cost next to nothing. */
    private List<CommittedSet> nextBatch() {
        CommittedSet first = undelivered.element();
        if (first.base() && subscriber.clearsByListener()) {
            return baseAndWhatItLeavesOut(first);
        }
        return settings.maxSets() == 1 || redeliveries.isolates(first.sequence())
                ? List.of(first)
                : undelivered.stream().limit(settings.maxSets()).toList();
    }

    /**
     * A base, and the sets before it that it does not cover: together, as the cursor behind a base says that all before it
     * was taken as well.
     */
    private List<CommittedSet> baseAndWhatItLeavesOut(CommittedSet base) {
        return undelivered.stream()
                .takeWhile(set -> set.sequence() <= base.sequence())
                .toList();
    }

    private static long newestOf(List<CommittedSet> batch) {
        long newest = 0;
        for (CommittedSet set : batch) {
            newest = Math.max(newest, set.sequence());
        }
        return newest;
    }

    private void deliver(List<CommittedSet> batch) throws DeliveryException {
        long last = newestOf(batch);
        holdsState = true;
        try {
            tell(() -> listener.deliver(batch, subscriber.clearsByListener() ? subscriber.moveTo(last) : null));
        } catch (DeliveryException e) {
            redeliveries.failed(batch.get(0).sequence(), last);
            subscriber.lostTrack();
            throw e;
        }
    }

    private void taken(List<CommittedSet> batch) {
        for (CommittedSet set : batch) {
            undelivered.remove();
            lag.taken(set.payload().length);
            deliveredSequence = Math.max(deliveredSequence, set.sequence());
        }
        // A single set is a whole batch, which waits for nothing.
        if (!undelivered.isEmpty() && settings.maxSets() > 1) {
            fillUntil = Deadline.after(clock, settings.maxWait());
        }
    }

    boolean isEmpty() {
        return undelivered.isEmpty();
    }

    private boolean isDue() {
        return undelivered.size() >= settings.maxSets()
                || (!isEmpty()
                        && (fillUntil.hasPassed()
                                || redeliveries.isolates(undelivered.peek().sequence())));
    }

    /** How long what is there may still wait, at most so long. */
    Duration dueWithin(Duration atMost) {
        if (isEmpty()) {
            return atMost;
        }
        Duration left = Duration.ofNanos(Math.max(0, fillUntil.remainingNanos()));
        return left.compareTo(atMost) < 0 ? left : atMost;
    }

    /** The set that the listener has failed to take too often, null if there is none. */
    CommittedSet poison() {
        CommittedSet first = undelivered.peek();
        return first != null && redeliveries.areUsedUp(first.sequence()) ? first : null;
    }

    /** Lays the poisonous set aside. */
    void park(UnitConnection connection, String reason) throws PmuException {
        CommittedSet set = undelivered.element();
        subscriber.park(connection, set.sequence(), reason);
        taken(List.of(set));
    }

    /**
     * Has the listener forget what it holds, if it may hold anything, before it gets anything else. It is not told at once:
     * it may be waiting for a commit of its own to end, and that one for this instance to become the primary anew.
     *
     * @param keepsState whether it holds what was delivered before this replica, too
     */
    void reset(String reason, boolean keepsState) {
        resetDue |= holdsState || keepsState;
        resetReason = reason;
    }

    private void tellReset() throws DeliveryException {
        if (resetDue) {
            tell(() -> listener.reset(region, resetReason));
            resetDue = false;
            holdsState = false;
        }
    }

    void primary(Term term) throws DeliveryException {
        holdsState = true;
        tell(() -> listener.primary(term));
    }

    void fenced(Term term) throws DeliveryException {
        tell(() -> listener.fenced(term));
    }

    private static void tell(Call call) throws DeliveryException {
        try {
            call.make();
        } catch (Exception e) {
            throw new DeliveryException(e);
        }
    }
}
