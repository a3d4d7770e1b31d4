package org.pmuconnector.simulation;

import org.junit.jupiter.api.Test;

/**
 * Failovers by seed: {@code -Dsimulation.first=S} with {@code -Dsimulation.seeds=N} for so many, or else as many as fit into
 * {@code -Dsimulation.seconds=N}. What a seed did once it does each time.
 */
class FailoverSimulationIT {

    @Test
    void failovers_ofManySeeds_loseAndRepeatNothing() throws Exception {
        Long first = Long.getLong("simulation.first");
        Long count = Long.getLong("simulation.seeds");
        new Seeds(
                        first == null ? System.nanoTime() % 1_000_000_007L : first,
                        count == null ? Integer.MAX_VALUE : count,
                        count == null ? Long.getLong("simulation.seconds") : Integer.MAX_VALUE)
                .run();
    }
}
