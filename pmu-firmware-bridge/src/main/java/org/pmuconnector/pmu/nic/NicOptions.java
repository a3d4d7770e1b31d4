package org.pmuconnector.pmu.nic;

import java.util.Objects;
import org.pmuconnector.model.UnitLimits;

/**
 * How a network interface treats its connections, whatever the network. Immutable.
 *
 * @param limits of connections, of a control request's length, and of events that wait for a peer
 * @param pollMicros how long a connection's thread polls before it blocks, 0 to {@value #MAX_POLL_MICROS}; 0 to block at
 *     once, which costs each round trip a thread's wake-up
 * @param handshakeTimeoutMillis from the connection to the first control request that succeeds; a silent peer holds no
 *     place for longer
 * @param stallTimeoutMillis how long what a peer sends in parts may take to arrive once it has begun, and how long a peer
 *     may leave what it is sent untaken
 */
public record NicOptions(UnitLimits limits, int pollMicros, int handshakeTimeoutMillis, int stallTimeoutMillis) {

    /** The longest time to poll: longer than any round trip that polling can make shorter. */
    public static final int MAX_POLL_MICROS = 1_000;

    /** Some round trips on a fast network. */
    public static final int DEFAULT_POLL_MICROS = 50;

    /** The longest that a peer may be waited for. */
    public static final int MAX_TIMEOUT_MILLIS = 600_000;

    private static final int DEFAULT_HANDSHAKE_TIMEOUT_MILLIS = 5_000;
    private static final int DEFAULT_STALL_TIMEOUT_MILLIS = 10_000;

    /** Checks the ranges. */
    public NicOptions {
        Objects.requireNonNull(limits);
        check(pollMicros, 0, MAX_POLL_MICROS, "pollMicros");
        check(handshakeTimeoutMillis, 1, MAX_TIMEOUT_MILLIS, "handshakeTimeoutMillis");
        check(stallTimeoutMillis, 1, MAX_TIMEOUT_MILLIS, "stallTimeoutMillis");
    }

    private static void check(int value, int least, int most, String name) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
        }
    }

    /** A unit's usual limits, {@value #DEFAULT_POLL_MICROS} µs of polling, 5 s for the handshake, 10 s of stall. */
    public static NicOptions defaults() {
        return new NicOptions(
                UnitLimits.DEFAULT,
                DEFAULT_POLL_MICROS,
                DEFAULT_HANDSHAKE_TIMEOUT_MILLIS,
                DEFAULT_STALL_TIMEOUT_MILLIS);
    }

    /** The same with other limits. */
    public NicOptions withLimits(UnitLimits others) {
        return new NicOptions(others, pollMicros, handshakeTimeoutMillis, stallTimeoutMillis);
    }

    /** The same with another polling time. */
    public NicOptions withPollMicros(int micros) {
        return new NicOptions(limits, micros, handshakeTimeoutMillis, stallTimeoutMillis);
    }

    /** The same with other times. */
    public NicOptions withTimeouts(int handshakeMillis, int stallMillis) {
        return new NicOptions(limits, pollMicros, handshakeMillis, stallMillis);
    }
}
