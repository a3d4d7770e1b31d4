package org.pmuconnector.simulation;

import java.util.List;
import java.util.Random;
import org.pmuconnector.model.PersistenceLevel;

/**
 * What differs between seeds before anything happens.
 *
 * @param level at which the region acknowledges
 * @param paddingBytes what an update carries beside its text: with much of it the region's log goes round
 * @param graceMillis how long the unit waits for an instance whose connection has ended
 * @param servers their names
 */
record Scenario(PersistenceLevel level, int paddingBytes, int graceMillis, List<String> servers) {

    static final int REGION_BYTES = 256 << 10;

    /** How many seeds it takes for one with three servers. */
    private static final int THREE_ONE_IN = 4;

    private static final int MUCH_PADDING_BYTES = 8 << 10;

    Scenario {
        servers = List.copyOf(servers);
    }

    static Scenario of(Random random) {
        return new Scenario(
                random.nextBoolean() ? PersistenceLevel.VISIBLE : PersistenceLevel.PERSISTENT,
                random.nextBoolean() ? MUCH_PADDING_BYTES : 0,
                random.nextBoolean() ? SimulatedUnit.LEASE_MILLIS : 0,
                random.nextInt(THREE_ONE_IN) == 0 ? List.of("a", "b", "c") : List.of("a", "b"));
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
