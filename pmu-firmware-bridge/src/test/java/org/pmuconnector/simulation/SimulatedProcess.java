package org.pmuconnector.simulation;

/** What can be killed, or stand still, as a whole. */
final class SimulatedProcess {

    private final String name;
    private boolean killed;
    private boolean paused;

    SimulatedProcess(String name) {
        this.name = name;
    }

    void kill() {
        killed = true;
    }

    void pause(boolean pause) {
        paused = pause;
    }

    boolean isKilled() {
        return killed;
    }

    boolean isPaused() {
        return paused;
    }

    @Override
    public String toString() {
        return name;
    }
}
