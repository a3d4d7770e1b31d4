package org.pmuconnector.instance;

import org.pmuconnector.control.wire.PreparedClear;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Subscription;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * A replica's subscription at the manager, if it has one: its cursor, and whether the listener clears for itself. One
 * thread at a time.
 */
final class Subscriber {

    private final String region;
    private final String subscription;
    private final boolean clearsByListener;
    private boolean inStep;
    private long ownerToken;
    private long cursor;

    Subscriber(String region, ReplicaSettings settings) {
        this.region = region;
        this.subscription = settings.subscription();
        this.clearsByListener = settings.resume() == Resume.CURSOR;
    }

    /** Whether the cursor is moved in the listener's transaction. */
    boolean clearsByListener() {
        return clearsByListener;
    }

    /**
     * The connection ended, or a delivery failed whose transaction may have committed: where the listener clears, the
     * cursor may be elsewhere, or another's.
     */
    void lostTrack() {
        inStep = !clearsByListener;
    }

    /** Whether the cursor is known: {@link #follow} has been called since it was not. */
    boolean isInStep() {
        return inStep;
    }

    /** What has been cleared, as far as this replica knows. */
    long cursor() {
        return cursor;
    }

    /**
     * Subscribes over a connection, and learns what has been cleared.
     *
     * @return the cursor; 0 without a subscription
     * @throws PmuException {@code SUBSCRIPTION_IN_USE} while another instance is the only consumer, {@code CLEAR_IN_DOUBT}
     *     while a transaction may have cleared more
     */
    long follow(UnitConnection connection) throws PmuException {
        if (subscription != null) {
            Subscription found = connection.subscribe(region, subscription, clearsByListener);
            ownerToken = found.getOwnerToken();
            cursor = clearsByListener ? settledCursor(connection.region(region)) : found.getCursorSequence();
        }
        inStep = true;
        return cursor;
    }

    /**
     * The cursor when nothing is in doubt, both by one state of the region: what was in doubt when this replica subscribed may
     * have been settled since, and have moved it.
     */
    private long settledCursor(RegionState state) throws PmuException {
        for (PreparedClear clear : state.getPreparedClearsList()) {
            if (clear.getSubscription().equals(subscription)) {
                throw new PmuException(
                        ErrorCode.CLEAR_IN_DOUBT,
                        "subscription '" + subscription + "' of region '" + region + "': whether all up to "
                                + clear.getSequence() + " was taken is in doubt, as is transaction branch "
                                + Branches.fromWire(clear.getBranch()) + " of instance "
                                + clear.getBranch().getInstanceName()
                                + "; delivery goes on when its transaction manager or 'pmu settle' has decided");
            }
        }
        return state.getSubscriptionsList().stream()
                .filter(known -> known.getName().equals(subscription))
                .mapToLong(Subscription::getCursorSequence)
                .findFirst()
                .orElse(0);
    }

    /** What takes all up to a sequence. */
    CursorMove moveTo(long sequence) {
        return new CursorMove(subscription, sequence, ownerToken);
    }

    /** Moves the cursor behind what was delivered, unless the listener did. */
    void delivered(UnitConnection connection, long sequence) throws PmuException {
        if (subscription == null || sequence <= cursor) {
            return;
        }
        if (!clearsByListener) {
            connection.advanceCursor(region, moveTo(sequence));
        }
        cursor = sequence;
    }

    /** Lays a set aside, durably when this returns. */
    void park(UnitConnection connection, long sequence, String reason) throws PmuException {
        if (subscription == null) {
            throw new PmuException(
                    ErrorCode.NO_SUBSCRIPTION,
                    "set " + sequence + " of region '" + region + "' cannot be parked without a subscription");
        }
        connection.park(region, moveTo(sequence), reason);
        cursor = Math.max(cursor, sequence);
    }
}
