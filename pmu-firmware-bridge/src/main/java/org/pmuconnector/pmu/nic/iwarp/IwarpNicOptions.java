package org.pmuconnector.pmu.nic.iwarp;

/**
 * The limits of an {@link IwarpNic}. Immutable.
 *
 * @param maxConnections streams at the same time; a further one is refused with {@code LIMIT_REACHED}
 * @param pollMicros how long a stream's thread polls for the next bytes before it blocks; 0 to block at once, which costs
 *     each round trip a thread's wake-up, at most {@value #MAX_POLL_MICROS}
 * @param handshakeTimeoutMillis from the TCP connection to the first control request that succeeds; a silent peer holds
 *     no place for longer
 * @param stallTimeoutMillis how long a frame may take to arrive once it has begun, and how long a peer may leave what it
 *     is sent untaken
 * @param maxRequestLengthBytes the longest control request
 * @param maxQueuedEvents events that wait for a peer before it is disconnected
 * @param crcRequired whether to ask for CRCs even where the peer does not; some peers without them refuse that
 */
public record IwarpNicOptions(
        int maxConnections,
        int pollMicros,
        int handshakeTimeoutMillis,
        int stallTimeoutMillis,
        int maxRequestLengthBytes,
        int maxQueuedEvents,
        boolean crcRequired) {

    /** The longest time to poll: longer than any round trip that polling can make shorter. */
    public static final int MAX_POLL_MICROS = 1_000;

    /** Checks the ranges. */
    public IwarpNicOptions {
        atLeast(1, maxConnections, "maxConnections");
        atLeast(0, pollMicros, "pollMicros");
        atLeast(1, handshakeTimeoutMillis, "handshakeTimeoutMillis");
        atLeast(1, stallTimeoutMillis, "stallTimeoutMillis");
        atLeast(1, maxRequestLengthBytes, "maxRequestLengthBytes");
        atLeast(1, maxQueuedEvents, "maxQueuedEvents");
        if (pollMicros > MAX_POLL_MICROS) {
            throw new IllegalArgumentException("pollMicros is at most " + MAX_POLL_MICROS + ", not " + pollMicros);
        }
    }

    private static void atLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is at least " + least + ", not " + value);
        }
    }

    /** 4,096 connections, 50 µs of polling, 5 s for the handshake, 10 s of stall, 64 KiB requests, 256 events, CRCs. */
    public static IwarpNicOptions defaults() {
        return new IwarpNicOptions(4096, 50, 5_000, 10_000, 64 * 1024, 256, true);
    }

    /** The same with another polling time. */
    public IwarpNicOptions withPollMicros(int micros) {
        return new IwarpNicOptions(
                maxConnections,
                micros,
                handshakeTimeoutMillis,
                stallTimeoutMillis,
                maxRequestLengthBytes,
                maxQueuedEvents,
                crcRequired);
    }

    /** The same with another number of connections. */
    public IwarpNicOptions withMaxConnections(int connections) {
        return new IwarpNicOptions(
                connections,
                pollMicros,
                handshakeTimeoutMillis,
                stallTimeoutMillis,
                maxRequestLengthBytes,
                maxQueuedEvents,
                crcRequired);
    }

    /** The same with other times. */
    public IwarpNicOptions withTimeouts(int handshakeMillis, int stallMillis) {
        return new IwarpNicOptions(
                maxConnections,
                pollMicros,
                handshakeMillis,
                stallMillis,
                maxRequestLengthBytes,
                maxQueuedEvents,
                crcRequired);
    }

    /** The same with another number of events that may wait. */
    public IwarpNicOptions withMaxQueuedEvents(int events) {
        return new IwarpNicOptions(
                maxConnections,
                pollMicros,
                handshakeTimeoutMillis,
                stallTimeoutMillis,
                maxRequestLengthBytes,
                events,
                crcRequired);
    }

    /** The same that leaves the choice of CRCs to the peer. */
    public IwarpNicOptions withCrcAsPeerWants() {
        return new IwarpNicOptions(
                maxConnections,
                pollMicros,
                handshakeTimeoutMillis,
                stallTimeoutMillis,
                maxRequestLengthBytes,
                maxQueuedEvents,
                false);
    }
}
