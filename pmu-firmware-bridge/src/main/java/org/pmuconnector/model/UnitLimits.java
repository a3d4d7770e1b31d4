package org.pmuconnector.model;

/**
 * Every limit of a unit. Reaching one is an error to the peer that reached it, {@code LIMIT_REACHED}, and to nobody else.
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
    public static final UnitLimits DEFAULT = new UnitLimits(4096, 16384, 8, 256, 16, 128, 64 * 1024, 256);
}
