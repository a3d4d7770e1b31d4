package org.pmuconnector.pmu.nic.iwarp;

import java.util.Objects;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.tls.ServerTls;

/**
 * How an {@link IwarpNic} treats its streams. Immutable.
 *
 * @param nic what is the same on every network
 * @param crcRequired whether to ask for CRCs even where the peer does not; some peers without them refuse that
 * @param tls for streams that are encrypted, {@code iwarps://}; null for plain ones
 */
public record IwarpNicOptions(NicOptions nic, boolean crcRequired, ServerTls tls) {

    /** Checks that the options are there. */
    public IwarpNicOptions {
        Objects.requireNonNull(nic);
    }

    /** The usual options, CRCs, no encryption. */
    public static IwarpNicOptions defaults() {
        return of(NicOptions.defaults());
    }

    /** These options, CRCs, no encryption. */
    public static IwarpNicOptions of(NicOptions nic) {
        return new IwarpNicOptions(nic, true, null);
    }

    UnitLimits limits() {
        return nic.limits();
    }

    int pollMicros() {
        return nic.pollMicros();
    }

    int handshakeTimeoutMillis() {
        return nic.handshakeTimeoutMillis();
    }

    int stallTimeoutMillis() {
        return nic.stallTimeoutMillis();
    }

    /** The same with other limits. */
    public IwarpNicOptions withLimits(UnitLimits others) {
        return new IwarpNicOptions(nic.withLimits(others), crcRequired, tls);
    }

    /** The same with another polling time. */
    public IwarpNicOptions withPollMicros(int micros) {
        return new IwarpNicOptions(nic.withPollMicros(micros), crcRequired, tls);
    }

    /** The same with other times. */
    public IwarpNicOptions withTimeouts(int handshakeMillis, int stallMillis) {
        return new IwarpNicOptions(nic.withTimeouts(handshakeMillis, stallMillis), crcRequired, tls);
    }

    /** The same that leaves the choice of CRCs to the peer. */
    public IwarpNicOptions withCrcAsPeerWants() {
        return new IwarpNicOptions(nic, false, tls);
    }

    /** The same for encrypted streams. */
    public IwarpNicOptions withTls(ServerTls serverTls) {
        return new IwarpNicOptions(nic, crcRequired, serverTls);
    }
}
