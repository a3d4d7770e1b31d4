package org.pmuconnector.log;

/**
 * A set as it was committed.
 *
 * @param epoch the epoch of its commit
 * @param sequence its place in commit order, from 1
 * @param timestampMillis when it was written, milliseconds since 1970 by the writer's clock
 * @param base whether it is a complete state
 * @param coversAllBefore of a base, whether it includes every set before it
 * @param payloadVersion the application's
 * @param payload the content; belongs to the receiver
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record CommittedSet(
        long epoch,
        long sequence,
        long timestampMillis,
        boolean base,
        boolean coversAllBefore,
        int payloadVersion,
        byte[] payload) {}
