package org.pmuconnector.pmu;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.pmu.manager.AnonymousAccess;
import org.pmuconnector.pmu.manager.ManagerSettings;

/**
 * What a unit is run with.
 *
 * @param settings an operator's choices
 * @param clock decides leases and waits
 * @param random draws keys, salts and challenges; outside of tests a cryptographically strong one
 * @param anonymous what those may do who do not log in
 */
public record UnitOptions(
        ManagerSettings settings, MonotonicClock clock, RandomGenerator random, AnonymousAccess anonymous) {

    /** With {@link AnonymousAccess#ORDINARY}: for units that nobody from outside reaches. */
    public UnitOptions(ManagerSettings settings, MonotonicClock clock, RandomGenerator random) {
        this(settings, clock, random, AnonymousAccess.ORDINARY);
    }

    /** The defaults, on this process's clock. */
    public static UnitOptions defaults() {
        return of(ManagerSettings.DEFAULT);
    }

    /** These settings, on this process's clock. */
    public static UnitOptions of(ManagerSettings settings) {
        return new UnitOptions(settings, MonotonicClock.system(), new SecureRandom());
    }

    /** The same with another choice for those who do not log in. */
    public UnitOptions withAnonymous(AnonymousAccess access) {
        return new UnitOptions(settings, clock, random, access);
    }
}
