package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.PmuException;

/** I9: readers and a writer that laps them, interleaved within single reads and writes. */
class LogRaceTest {

    private static final long SEEDS = Long.getLong("log.race.seeds", 15);
    private static final long FIRST_SEED = Long.getLong("log.race.first", 1);

    private interface Action {
        void run() throws PmuException;
    }

    /** Runs something now and then, never within itself. */
    private static final class NowAndThen implements Runnable {
        private final Random random;
        private final int oneIn;
        private final Action action;
        private boolean running;

        NowAndThen(Random random, int oneIn, Action action) {
            this.random = random;
            this.oneIn = oneIn;
            this.action = action;
        }

        @Override
        public void run() {
            if (running || random.nextInt(oneIn) > 0) {
                return;
            }
            running = true;
            try {
                action.run();
            } catch (PmuException e) {
                throw new AssertionError(e);
            } finally {
                running = false;
            }
        }
    }

    @Test
    void follow_writerAtWorkDuringReads_getsCorrectSetsOrIsToldToStartAnew() throws PmuException {
        int resets = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try {
                resets += readWhileWriting(seed);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(resets).as("times that a standby was lapped").isPositive();
    }

    private static int readWhileWriting(long seed) throws PmuException {
        Random random = new Random(~seed);
        LogSimulation simulation = new LogSimulation(seed);
        NowAndThen work = new NowAndThen(random, 500 + random.nextInt(5000), simulation::step);
        LogSource source = () -> {
            work.run();
            LogSource.Bounds bounds = simulation.log.bounds();
            work.run();
            return bounds;
        };
        SimulatedStandby standby = new SimulatedStandby(simulation, source, random);
        for (int round = 0; round < 20; round++) {
            simulation.log.region.duringReads(work);
            standby.follow();
            simulation.log.region.duringReads(null);
            standby.checkGiven();
            standby.reconnectAfterPowerLoss();
            if (random.nextInt(4) == 0) {
                simulation.step();
                standby.reconnectAfterPowerLoss();
            }
            if (random.nextInt(8) == 0) {
                new SimulatedStandby(simulation, simulation.log, random).checkCaughtUp();
            }
        }
        work.running = true;
        standby.checkCaughtUp();
        return standby.resets();
    }

    @Test
    void follow_inTheMiddleOfWrites_getsNothingThatIsNotThereForGood() throws PmuException {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            try {
                followDuringWrites(seed);
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static void followDuringWrites(long seed) throws PmuException {
        Random random = new Random(~seed);
        LogSimulation simulation = new LogSimulation(seed);
        SimulatedStandby often = new SimulatedStandby(simulation, simulation.log, random);
        SimulatedStandby seldom = new SimulatedStandby(simulation, simulation.log, random);
        NowAndThen follow = new NowAndThen(random, 1 + random.nextInt(200), () -> {
            often.reconnectAfterPowerLoss();
            seldom.reconnectAfterPowerLoss();
            often.follow();
            if (random.nextInt(50) == 0) {
                seldom.follow();
            }
        });
        simulation.log.region.duringWrites(follow);
        for (int step = 0; step < 20; step++) {
            simulation.step();
            often.checkGiven();
            seldom.checkGiven();
            often.reconnectAfterPowerLoss();
            seldom.reconnectAfterPowerLoss();
        }
        often.checkCaughtUp();
        seldom.checkCaughtUp();
    }
}
