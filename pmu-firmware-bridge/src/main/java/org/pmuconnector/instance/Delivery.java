package org.pmuconnector.instance;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.PmuException;

/**
 * What a replica tells its listener: sets one at a time and in order, each until the listener has taken it; and the
 * cursor of a subscription behind what it has taken. One thread at a time.
 */
final class Delivery {

    private interface Call {
        void make() throws Exception;
    }

    private final String region;
    private final String subscription;
    private final ReplicaListener listener;
    private final ReplicaLag lag;
    private final Deque<CommittedSet> undelivered = new ArrayDeque<>();

    /** Whether the listener holds something that a reset would make it forget. */
    private boolean holdsState;

    private long addedSequence;
    private long deliveredSequence;
    private long clearedSequence;

    /** A delivery to a listener; the subscription may be null. */
    Delivery(String region, String subscription, ReplicaListener listener, ReplicaLag lag) {
        this.region = region;
        this.subscription = subscription;
        this.listener = listener;
        this.lag = lag;
    }

    void add(Collection<CommittedSet> sets) {
        for (CommittedSet set : sets) {
            undelivered.add(set);
            addedSequence = set.sequence();
        }
        lag.read(sets);
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
        addedSequence = deliveredSequence;
        lag.forgotten();
    }

    void subscribe(UnitConnection connection) throws PmuException {
        if (subscription != null) {
            clearedSequence = connection.subscribe(region, subscription);
        }
    }

    /** Delivers what is there, unless stopped, then moves the cursor behind it. */
    void deliverAll(UnitConnection connection, BooleanSupplier stopped) throws PmuException, DeliveryException {
        while (!undelivered.isEmpty() && !stopped.getAsBoolean()) {
            CommittedSet set = undelivered.peek();
            // The payload is the listener's once it has it.
            long payloadBytes = set.payload().length;
            holdsState = true;
            tell(() -> listener.deliver(set));
            undelivered.remove();
            lag.taken(payloadBytes);
            deliveredSequence = set.sequence();
        }
        if (subscription != null && deliveredSequence > clearedSequence) {
            connection.advanceCursor(region, subscription, deliveredSequence);
            clearedSequence = deliveredSequence;
        }
    }

    boolean isEmpty() {
        return undelivered.isEmpty();
    }

    /** Tells the listener to forget what it holds, if it may hold anything. */
    void reset(String reason) throws DeliveryException {
        if (holdsState) {
            tell(() -> listener.reset(region, reason));
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
