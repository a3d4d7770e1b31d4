package org.pmuconnector.pmu.manager;

import org.pmuconnector.model.UnitLimits;

/**
 * What an operator may choose about a manager.
 *
 * @param leaseMillis how long an instance whose session is silent counts as alive, 100 to 600,000
 * @param reconnectGraceMillis how long an instance whose session has ended counts as alive, 0 to 600,000
 * @param limits of the unit
 */
public record ManagerSettings(int leaseMillis, int reconnectGraceMillis, UnitLimits limits) {

    /** A lease of three seconds, no grace, the default limits. */
    public static final ManagerSettings DEFAULT = new ManagerSettings(3000, 0, UnitLimits.DEFAULT);

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
