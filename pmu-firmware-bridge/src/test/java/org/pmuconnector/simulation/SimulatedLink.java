package org.pmuconnector.simulation;

/** The network between a server and the unit: what it does to what travels. */
final class SimulatedLink {

    private static final long FASTEST_NANOS = 3_000;
    private static final int USUAL_NANOS = 60_000;

    private final World world;
    private int slowestNanos = USUAL_NANOS;
    private boolean cutToUnit;
    private boolean cutFromUnit;

    /** Of so many messages one is lost together with its connection; 0 for none. */
    private int oneInSoManyBreaks;

    SimulatedLink(World world) {
        this.world = world;
    }

    void cut(boolean toUnit, boolean fromUnit) {
        cutToUnit = toUnit;
        cutFromUnit = fromUnit;
        world.wake(this);
    }

    boolean isCutFromUnit() {
        return cutFromUnit;
    }

    /** From now on a message may take so long. */
    void slow(int nanos) {
        slowestNanos = nanos;
    }

    void usual() {
        slowestNanos = USUAL_NANOS;
    }

    /** How long the next message takes. */
    long latencyNanos() {
        return FASTEST_NANOS + world.random().nextInt(slowestNanos);
    }

    void breakOneIn(int messages) {
        oneInSoManyBreaks = messages;
    }

    /** A message travels to the unit; whether it arrives before the deadline, and its connection lives. */
    boolean toUnit(long deadlineNanos) {
        return travels(deadlineNanos, true);
    }

    /** The answer travels back. */
    boolean fromUnit(long deadlineNanos) {
        return travels(deadlineNanos, false);
    }

    private boolean travels(long deadlineNanos, boolean toUnit) {
        world.pass(latencyNanos());
        // What a network does not let through, it sends again and again.
        while (toUnit ? cutToUnit : cutFromUnit) {
            if (world.nanoTime() - deadlineNanos >= 0) {
                return false;
            }
            world.waitUntil(deadlineNanos, this);
        }
        return !breaks();
    }

    private boolean breaks() {
        return oneInSoManyBreaks > 0 && world.random().nextInt(oneInSoManyBreaks) == 0;
    }
}
