package org.pmuconnector.pmu.nic.iwarp;

import java.util.Objects;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.tls.ServerTls;

/**
 * How an {@link IwarpNic} treats its streams. Immutable.
 *
 * @param limits of connections, of a control request's length, and of events that wait for a peer
 * @param pollMicros how long a stream's thread polls for the next bytes before it blocks, 0 to {@value #MAX_POLL_MICROS};
 *     0 to block at once, which costs each round trip a thread's wake-up
 * @param handshakeTimeoutMillis from the TCP connection to the first control request that succeeds; a silent peer holds
 *     no place for longer
 * @param stallTimeoutMillis how long a frame may take to arrive once it has begun, and how long a peer may leave what it
 *     is sent untaken
 * @param crcRequired whether to ask for CRCs even where the peer does not; some peers without them refuse that
 * @param tls for streams that are encrypted, {@code iwarps://}; null for plain ones
 */
public record IwarpNicOptions(
        UnitLimits limits,
        int pollMicros,
        int handshakeTimeoutMillis,
        int stallTimeoutMillis,
        boolean crcRequired,
        ServerTls tls) {

    /** The longest time to poll: longer than any round trip that polling can make shorter. */
    public static final int MAX_POLL_MICROS = 1_000;

    /** Some round trips on a fast network. */
    public static final int DEFAULT_POLL_MICROS = 50;

    /** The longest that a peer may be waited for. */
    public static final int MAX_TIMEOUT_MILLIS = 600_000;

    private static final int DEFAULT_HANDSHAKE_TIMEOUT_MILLIS = 5_000;
    private static final int DEFAULT_STALL_TIMEOUT_MILLIS = 10_000;

    /** Checks the ranges. */
    public IwarpNicOptions {
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

    /** A unit's usual limits, {@value #DEFAULT_POLL_MICROS} µs of polling, 5 s for the handshake, 10 s of stall, CRCs. */
    public static IwarpNicOptions defaults() {
        return new IwarpNicOptions(
                UnitLimits.DEFAULT,
                DEFAULT_POLL_MICROS,
                DEFAULT_HANDSHAKE_TIMEOUT_MILLIS,
                DEFAULT_STALL_TIMEOUT_MILLIS,
                true,
                null);
    }

    /** The same with other limits. */
    public IwarpNicOptions withLimits(UnitLimits others) {
        return new IwarpNicOptions(others, pollMicros, handshakeTimeoutMillis, stallTimeoutMillis, crcRequired, tls);
    }

    /** The same with another polling time. */
    public IwarpNicOptions withPollMicros(int micros) {
        return new IwarpNicOptions(limits, micros, handshakeTimeoutMillis, stallTimeoutMillis, crcRequired, tls);
    }

    /** The same with other times. */
    public IwarpNicOptions withTimeouts(int handshakeMillis, int stallMillis) {
        return new IwarpNicOptions(limits, pollMicros, handshakeMillis, stallMillis, crcRequired, tls);
    }

    /** The same that leaves the choice of CRCs to the peer. */
    public IwarpNicOptions withCrcAsPeerWants() {
        return new IwarpNicOptions(limits, pollMicros, handshakeTimeoutMillis, stallTimeoutMillis, false, tls);
    }

    /** The same for encrypted streams. */
    public IwarpNicOptions withTls(ServerTls serverTls) {
        return new IwarpNicOptions(
                limits, pollMicros, handshakeTimeoutMillis, stallTimeoutMillis, crcRequired, serverTls);
    }
}
