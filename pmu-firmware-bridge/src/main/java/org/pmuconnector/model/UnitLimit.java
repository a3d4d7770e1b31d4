package org.pmuconnector.model;

/**
 * The limits of a unit that an operator may set, each with the reason for it. Reaching one is an error to the peer that
 * reached it and to nobody else. The values of one unit are its {@link UnitLimits}.
 */
public enum UnitLimit {
    /** Connections. */
    CONNECTIONS("connections", 4096, 1, 65_536, "open at once, of all kinds: each costs a thread and its buffers"),
    /** Bound keys. */
    KEYS("keys", 16_384, 1, 1 << 22, "bound at once in the unit: the size of the protection table"),
    /** Bound keys of one connection. */
    KEYS_PER_CONNECTION(
            "keysPerConnection", 8, 1, 65_536, "bound at once to one connection, so that none can use up the table"),
    /** Watched regions. */
    WATCHES_PER_SESSION("watchesPerSession", 256, 1, 65_536, "regions whose changes one session is told of"),
    /** Durable subscriptions. */
    SUBSCRIPTIONS_PER_REGION(
            "subscriptionsPerRegion",
            16,
            1,
            16,
            "named cursors: they share the one page of the region's catalog entry"),
    /** Epochs in a region's ring. */
    EPOCHS_PER_REGION(
            "epochsPerRegion",
            128,
            2,
            128,
            "epochs whose records may be in a region's ring at once, in the same page: reached by that many takeovers "
                    + "without any room being freed"),
    /** A control message. */
    MESSAGE_BYTES(
            "messageBytes", 64 * 1024, 1024, 16 << 20, "one control message in either direction: it is held in memory"),
    /** Events on their way to a peer. */
    QUEUED_EVENTS(
            "queuedEvents",
            256,
            1,
            65_536,
            "pushed to a connection and not yet taken; a peer with more is disconnected");

    private final String label;
    private final int standard;
    private final int least;
    private final int most;
    private final String reason;

    UnitLimit(String label, int standard, int least, int most, String reason) {
        this.label = label;
        this.standard = standard;
        this.least = least;
        this.most = most;
        this.reason = reason;
    }

    /** Its name, that of the component of {@link UnitLimits}. */
    public String label() {
        return label;
    }

    /** Its value where an operator says nothing. */
    public int standard() {
        return standard;
    }

    /** The least value it may have. */
    public int least() {
        return least;
    }

    /** The largest value it may have. */
    public int most() {
        return most;
    }

    /** What it limits, and why. */
    public String reason() {
        return reason;
    }
}
