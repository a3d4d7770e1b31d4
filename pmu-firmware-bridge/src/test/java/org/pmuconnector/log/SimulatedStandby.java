package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** A standby of a simulated log: holds what an application would, and compares all it was given with what was committed. */
final class SimulatedStandby {

    private final LogSimulation simulation;
    private final LogSource source;
    private final Random random;
    private final List<String> state = new ArrayList<>();
    private final List<CommittedSet> unchecked = new ArrayList<>();
    private LogFollower follower;
    private int powerLosses;
    private boolean joined;
    private int resets;

    SimulatedStandby(LogSimulation simulation, LogSource source, Random random) {
        this.simulation = simulation;
        this.source = source;
        this.random = random;
        connect();
    }

    private void connect() {
        SimulatedLog log = simulation.log;
        powerLosses = simulation.powerLosses;
        joined = false;
        follower = new LogFollower(log.region.connect(), log.geometry, source, simulation.persistent);
    }

    int resets() {
        return resets;
    }

    /** Takes what there is; starts anew where the follower says so. False if there was nothing. */
    boolean follow() throws PmuException {
        try {
            if (!joined) {
                state.clear();
                take(follower.recover());
                joined = true;
                return true;
            }
            List<CommittedSet> sets = follower.poll(1 + random.nextInt(5));
            take(sets);
            return !sets.isEmpty();
        } catch (PmuException e) {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.SETS_TRIMMED);
            joined = false;
            resets++;
            return true;
        }
    }

    private void take(List<CommittedSet> sets) {
        for (CommittedSet set : sets) {
            if (set.base() && set.coversAllBefore()) {
                state.clear();
            }
            state.add(SimulatedLog.text(set));
            unchecked.add(set);
        }
    }

    /** The power failed: what was given stays given, the connection is lost. */
    void reconnectAfterPowerLoss() {
        if (powerLosses != simulation.powerLosses) {
            connect();
        }
    }

    /** Everything it was given is in the log for good, in its place. */
    void checkGiven() {
        List<LogModel.Committed> committed = simulation.model.committed();
        for (CommittedSet set : unchecked) {
            assertThat(set.sequence()).isBetween(1L, (long) committed.size());
            assertThat(SimulatedLog.text(set))
                    .isEqualTo(committed.get((int) set.sequence() - 1).text());
        }
        unchecked.clear();
    }

    /** When nobody writes, it gets to where the log is. */
    void checkCaughtUp() throws PmuException {
        for (int polls = 0; follow(); polls++) {
            assertThat(polls).isLessThan(100_000);
        }
        checkGiven();
        assertThat(follower.state().committedSequence())
                .isEqualTo(simulation.model.committed().size());
        if (simulation.byBase) {
            assertThat(state).isEqualTo(simulation.model.recovered());
        }
    }
}
