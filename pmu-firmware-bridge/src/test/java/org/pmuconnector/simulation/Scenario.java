package org.pmuconnector.simulation;

import java.util.Random;
import org.pmuconnector.model.PersistenceLevel;

/**
 * What differs between seeds before anything happens.
 *
 * @param level at which the region acknowledges
 * @param paddingBytes what an update carries beside its text: with much of it the region's log goes round
 * @param graceMillis how long the unit waits for an instance whose connection has ended
 */
record Scenario(PersistenceLevel level, int paddingBytes, int graceMillis) {

    static final int REGION_BYTES = 256 << 10;

    private static final int MUCH_PADDING_BYTES = 8 << 10;

    static Scenario of(Random random) {
        return new Scenario(
                random.nextBoolean() ? PersistenceLevel.VISIBLE : PersistenceLevel.PERSISTENT,
                random.nextBoolean() ? MUCH_PADDING_BYTES : 0,
                random.nextBoolean() ? SimulatedUnit.LEASE_MILLIS : 0);
    }

    /**
     * Whether nobody becomes the primary before the former one's lease is over, whatever it sees of the network; unless an
     * administrator wants it so.
     */
    boolean awaitsLeases() {
        return graceMillis >= SimulatedUnit.LEASE_MILLIS;
    }

    /** Whether what was acknowledged outlives the unit's power. */
    boolean mayLosePower() {
        return level == PersistenceLevel.PERSISTENT;
    }
}
