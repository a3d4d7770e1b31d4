package org.pmuconnector.simulation;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Failovers by seed: {@code -Dsimulation.first=S -Dsimulation.seeds=N}. What one seed did, it does again, each time.
 */
class FailoverSimulationTest {

    private static final long FIRST = Long.getLong("simulation.first", System.nanoTime() % 1_000_000_007L);
    private static final int SEEDS = Integer.getInteger("simulation.seeds", 100);
    private static final Logger LOGS = Logger.getLogger("org.pmuconnector");

    private static ExecutorService threads;
    private static Level level;

    @BeforeAll
    static void prepare() {
        threads = Executors.newCachedThreadPool();
        level = LOGS.getLevel();
        LOGS.setLevel(Level.OFF);
    }

    @AfterAll
    static void end() {
        threads.shutdownNow();
        LOGS.setLevel(level);
    }

    @Test
    void failovers_ofEverySeed_loseAndRepeatNothing() throws Exception {
        long acknowledged = 0;
        long epochs = 0;
        long turns = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            try {
                FailoverSimulation.Result result = new FailoverSimulation(seed, threads).run();
                acknowledged += result.acknowledged();
                epochs += result.epochs();
                turns += result.turns();
            } catch (AssertionError e) {
                throw new AssertionError("-Dsimulation.first=" + seed + " -Dsimulation.seeds=1: " + e.getMessage(), e);
            }
        }
        System.out.println("failover simulation: seeds " + FIRST + " to " + (FIRST + SEEDS - 1) + ", " + acknowledged
                + " writes acknowledged, " + epochs + " epochs, " + turns + " turns");
    }
}
