package org.pmuconnector.simulation;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A process that simulates some seeds and prints what came of each. */
final class SeedResults {

    /** Held, so that its level stays. */
    private static final Logger LOGS = Logger.getLogger("org.pmuconnector");

    private SeedResults() {}

    /** The first seed, and how many. */
    public static void main(String[] args) throws Exception {
        LOGS.setLevel(Level.OFF);
        ExecutorService threads = Executors.newCachedThreadPool();
        long first = Long.parseLong(args[0]);
        for (long seed = first; seed < first + Long.parseLong(args[1]); seed++) {
            System.out.println("seed " + seed + ": " + new FailoverSimulation(seed, threads).run());
        }
        threads.shutdownNow();
    }
}
