package org.pmuconnector.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** A few seeds of the failover simulation; {@link FailoverSimulationIT} runs many. */
class FailoverSimulationTest {

    private static final int SEEDS = 20;
    private static final int MANY_SECONDS = 600;

    @Test
    void failovers_ofAFewSeeds_loseAndRepeatNothing() throws Exception {
        new Seeds(System.nanoTime() % 1_000_000_007L, SEEDS, MANY_SECONDS).run();
    }

    @Test
    void seed_again_doesTheSame() throws Exception {
        long seed = System.nanoTime() % 1_000_000_007L;
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            FailoverSimulation.Result first = new FailoverSimulation(seed, threads).run();
            FailoverSimulation.Result again = new FailoverSimulation(seed, threads).run();

            assertThat(again).as("seed " + seed).isEqualTo(first);
        } finally {
            threads.shutdownNow();
        }
    }
}
