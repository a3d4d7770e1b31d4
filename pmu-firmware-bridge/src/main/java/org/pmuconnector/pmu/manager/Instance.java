package org.pmuconnector.pmu.manager;

import com.google.protobuf.ByteString;

/**
 * A running adapter: a name and the token that it drew when it started. It is present while its session is, and for the
 * grace after; otherwise it is gone, though connections of it may remain.
 */
final class Instance {

    final String name;
    final ByteString tokenHash;

    /** Its session, null if it has none now. */
    ManagedConnection session;

    /** When its session was heard of last. */
    long heardNanos;

    /** Whether it has no session but may come back until {@link #graceUntilNanos}. */
    boolean inGrace;

    long graceUntilNanos;

    /** Why it is in grace. */
    String evidence = "";

    /** How many connections it has, the session among them. */
    int connectionCount;

    Instance(String name, ByteString tokenHash) {
        this.name = name;
        this.tokenHash = tokenHash;
    }

    boolean isPresent() {
        return session != null || inGrace;
    }
}
