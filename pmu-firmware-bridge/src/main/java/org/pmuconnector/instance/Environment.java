package org.pmuconnector.instance;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.MonotonicClock;

/**
 * What an instance takes from outside, so that a simulation can give it another world.
 *
 * @param clock decides deadlines and leases
 * @param time stamps records; never decides anything
 * @param random draws the instance's token
 * @param monitors make what threads wait for each other by
 */
public record Environment(
        MonotonicClock clock, InstantSource time, RandomGenerator random, Supplier<Monitor> monitors) {

    /** The real world. */
    public static Environment system() {
        return new Environment(MonotonicClock.system(), InstantSource.system(), new SecureRandom(), Monitor::ofThreads);
    }
}
