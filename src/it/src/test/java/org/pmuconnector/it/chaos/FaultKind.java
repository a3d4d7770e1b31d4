package org.pmuconnector.it.chaos;

/** All that goes wrong. */
enum FaultKind {
    KILL_PRIMARY(Place.PROCESSES),
    KILL_STANDBY(Place.PROCESSES),
    KILL_DURING_TAKEOVER(Place.PROCESSES),
    KILL_NEW_PRIMARY(Place.PROCESSES),
    /** The same as to kill a primary, with two that race to follow it. */
    RACE_OF_STANDBYS(Place.PROCESSES),
    PAUSE_PRIMARY_IN_COMMIT(Place.PROCESSES),
    PAUSE_STANDBY(Place.PROCESSES),
    PAUSE_UNIT(Place.PROCESSES),
    RESTART_UNIT(Place.PROCESSES),

    DELAY(Place.PROXIES),
    SLOW_LINK(Place.PROXIES),
    STALL(Place.PROXIES),
    CUT_PRIMARY(Place.PROXIES),
    CUT_STANDBY(Place.PROXIES),
    HALF_CLOSE(Place.PROXIES),
    RESET_BEFORE_WRITE(Place.PROXIES),
    RESET_AFTER_WRITE(Place.PROXIES),
    FLIP_BIT(Place.PROXIES),
    SPLIT_AT_EVERY_BYTE(Place.PROXIES),
    /** An operator's decision: the primary is asked. */
    SWITCHOVER(Place.PROXIES),
    /** The same, and the primary is not asked. */
    FORCED_TAKEOVER(Place.PROXIES),

    PARTITION_PRIMARY(Place.NAMESPACES),
    PARTITION_STANDBY(Place.NAMESPACES),
    PRIMARY_IS_NOT_HEARD(Place.NAMESPACES),
    PRIMARY_HEARS_NOTHING(Place.NAMESPACES),
    SLOW_HOST(Place.NAMESPACES),

    /** So short that nobody may lose its role. */
    BLIP(Place.PROXIES_FOR_A_MOMENT);

    /** What it is done to. */
    enum Place {
        PROCESSES,
        PROXIES,
        NAMESPACES,
        PROXIES_FOR_A_MOMENT
    }

    private final Place place;

    FaultKind(Place place) {
        this.place = place;
    }

    Place place() {
        return place;
    }
}
