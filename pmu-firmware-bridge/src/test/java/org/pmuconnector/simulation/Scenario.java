package org.pmuconnector.simulation;

import java.util.Random;
import org.pmuconnector.model.PersistenceLevel;

/**
 * What differs between seeds before anything happens.
 *
 * @param level at which the region acknowledges
 * @param paddingBytes what an update carries beside its text: with much of it the region's log goes round
 */
record Scenario(PersistenceLevel level, int paddingBytes) {

    static final int REGION_BYTES = 256 << 10;

    private static final int MUCH_PADDING_BYTES = 8 << 10;

    static Scenario of(Random random) {
        return new Scenario(
                random.nextBoolean() ? PersistenceLevel.VISIBLE : PersistenceLevel.PERSISTENT,
                random.nextBoolean() ? MUCH_PADDING_BYTES : 0);
    }

    /** Whether what was acknowledged outlives the unit's power. */
    boolean mayLosePower() {
        return level == PersistenceLevel.PERSISTENT;
    }
}
