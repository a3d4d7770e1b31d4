package org.pmuconnector.pmu.manager;

import org.pmuconnector.model.UnitLimits;

/**
 * What an operator may choose about a manager.
 *
 * @param leaseMillis how long an instance whose session is silent counts as alive, 100 to 600,000
 * @param reconnectGraceMillis how long an instance whose session has ended counts as alive, 0 to 600,000
 * @param awaitsPrimaries whether a primary of before the unit's start may return before others may claim its region; not
 *     where the unit serves its own process alone, which no instance can have survived
 * @param limits of the unit
 */
public record ManagerSettings(int leaseMillis, int reconnectGraceMillis, boolean awaitsPrimaries, UnitLimits limits) {

    /** A lease of three seconds, no grace, the default limits. */
    public static final ManagerSettings DEFAULT = new ManagerSettings(3000, 0, true, UnitLimits.DEFAULT);

    /** The same, for a unit that serves its own process alone. */
    public static final ManagerSettings EMBEDDED = new ManagerSettings(3000, 0, false, UnitLimits.DEFAULT);

    private static final int MIN_LEASE_MILLIS = 100;
    private static final int MAX_MILLIS = 600_000;

    /** Settings in their ranges. */
    public ManagerSettings {
        if (leaseMillis < MIN_LEASE_MILLIS || leaseMillis > MAX_MILLIS) {
            throw new IllegalArgumentException("leaseMillis is " + leaseMillis + "; it must be 100 to 600000");
        }
        if (reconnectGraceMillis < 0 || reconnectGraceMillis > MAX_MILLIS) {
            throw new IllegalArgumentException(
                    "reconnectGraceMillis is " + reconnectGraceMillis + "; it must be 0 to 600000");
        }
    }
}
