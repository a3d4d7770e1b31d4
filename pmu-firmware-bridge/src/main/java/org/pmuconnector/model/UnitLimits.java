package org.pmuconnector.model;

import java.util.function.ToIntFunction;

/**
 * The values of a unit's limits, which {@link UnitLimit} explains. Reaching one is an error to the peer that reached it, {@code LIMIT_REACHED}, and to nobody else.
 *
 * @param connections open at once, of all kinds: each costs a thread and its buffers
 * @param keys bound at once in the unit: the size of the protection table
 * @param keysPerConnection bound at once to one connection, so that none can use up the table
 * @param watchesPerSession regions whose changes one session is told of
 * @param subscriptionsPerRegion named cursors: they share the region's catalog entry, which has one page
 * @param epochsPerRegion epochs whose records may be in the region's ring at once: they share the same page. Reached only
 *     by that many takeovers without any room being freed
 * @param messageBytes of one control message, in either direction
 * @param queuedEvents pushed to a connection and not yet taken; a peer that lets more pile up is disconnected
 */
public record UnitLimits(
        int connections,
        int keys,
        int keysPerConnection,
        int watchesPerSession,
        int subscriptionsPerRegion,
        int epochsPerRegion,
        int messageBytes,
        int queuedEvents) {

    /** The limits of a unit that is told nothing else. */
    public static final UnitLimits DEFAULT = of(UnitLimit::standard);

    private static UnitLimits of(ToIntFunction<UnitLimit> value) {
        return new UnitLimits(
                value.applyAsInt(UnitLimit.CONNECTIONS),
                value.applyAsInt(UnitLimit.KEYS),
                value.applyAsInt(UnitLimit.KEYS_PER_CONNECTION),
                value.applyAsInt(UnitLimit.WATCHES_PER_SESSION),
                value.applyAsInt(UnitLimit.SUBSCRIPTIONS_PER_REGION),
                value.applyAsInt(UnitLimit.EPOCHS_PER_REGION),
                value.applyAsInt(UnitLimit.MESSAGE_BYTES),
                value.applyAsInt(UnitLimit.QUEUED_EVENTS));
    }

    /** The value of one limit. */
    public int valueOf(UnitLimit limit) {
        return switch (limit) {
            case CONNECTIONS -> connections;
            case KEYS -> keys;
            case KEYS_PER_CONNECTION -> keysPerConnection;
            case WATCHES_PER_SESSION -> watchesPerSession;
            case SUBSCRIPTIONS_PER_REGION -> subscriptionsPerRegion;
            case EPOCHS_PER_REGION -> epochsPerRegion;
            case MESSAGE_BYTES -> messageBytes;
            case QUEUED_EVENTS -> queuedEvents;
        };
    }

    /**
     * The same with another value of one limit.
     *
     * @throws IllegalArgumentException if it is out of the limit's range
     */
    public UnitLimits with(UnitLimit limit, int value) {
        if (value < limit.least() || value > limit.most()) {
            throw new IllegalArgumentException(
                    "limit " + limit.label() + " is " + limit.least() + " to " + limit.most() + ", not " + value);
        }
        return of(each -> each == limit ? value : valueOf(each));
    }
}
