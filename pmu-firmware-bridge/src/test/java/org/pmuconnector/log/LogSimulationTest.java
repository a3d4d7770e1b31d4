package org.pmuconnector.log;

import org.junit.jupiter.api.Test;

/** Random programs against the naive model; a failure names the seed that replays it. */
class LogSimulationTest {

    private static final long SEEDS = Long.getLong("log.simulation.seeds", 100);
    private static final long FIRST_SEED = Long.getLong("log.simulation.first", 1);

    @Test
    void step_manyRandomPrograms_logMeansWhatTheModelSays() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            int step = 0;
            try {
                LogSimulation simulation = new LogSimulation(seed);
                for (step = 1; step <= 60; step++) {
                    simulation.step();
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed + ", step " + step + ": " + e.getMessage(), e);
            }
        }
    }
}
