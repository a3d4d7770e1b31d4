package org.pmuconnector.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.PmuException;

/** Two servers and a unit for some seconds of trouble, all of which a seed decides about. */
final class FailoverSimulation {

    private static final long MILLI = 1_000_000;
    private static final long TICK_NANOS = 50 * MILLI;
    private static final int MOST_TROUBLES = 6;
    private static final int LONGEST_CALM_MILLIS = 500;

    /** Longer than a lease. */
    private static final int LONGEST_TROUBLE_MILLIS = 2 * SimulatedUnit.LEASE_MILLIS;

    private static final long RECOVERY_NANOS = 8_000 * MILLI;
    private static final long SETTLING_NANOS = 1_000 * MILLI;

    private final World world;
    private final History history = new History();
    private final SimulatedUnit unit;
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final SimulatedProcess fate = new SimulatedProcess("fate");
    private boolean troublesOver;
    private List<CommittedSet> log;

    FailoverSimulation(long seed, ExecutorService threads) throws IOException, PmuException {
        world = new World(seed, threads);
        unit = new SimulatedUnit(world);
        for (String name : List.of("a", "b")) {
            servers.add(new SimulatedServer(name, world, unit, history));
        }
    }

    /** Runs it to its end; an assertion error tells what must not be. */
    Result run() throws PmuException {
        try {
            for (SimulatedServer server : servers) {
                server.boot();
            }
            world.start(fate, "time", this::tick);
            world.start(fate, "trouble", this::trouble);
            while (!troublesOver) {
                world.runUntil(world.nanoTime() + SETTLING_NANOS);
            }
            world.runUntil(world.nanoTime() + RECOVERY_NANOS);
            servers.forEach(SimulatedServer::stopWriting);
            world.runUntil(world.nanoTime() + SETTLING_NANOS);
            world.start(fate, "reader", () -> log = servers.get(0).recover());
            world.runUntil(world.nanoTime() + SETTLING_NANOS);
            if (log == null) {
                throw new AssertionError("the region cannot be read");
            }
            history.finish(log);
            if (history.acknowledgedCount() == 0) {
                throw new AssertionError("nothing was acknowledged");
            }
            return new Result(history.acknowledgedCount(), history.epoch(), world.turns());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + history.tail(60), e);
        } finally {
            world.end();
        }
    }

    /**
     * What came of it.
     *
     * @param acknowledged writes
     * @param epochs that were granted
     * @param turns of actors
     */
    record Result(int acknowledged, long epochs, long turns) {}

    private void tick() {
        while (true) {
            world.pass(TICK_NANOS);
            unit.tick();
        }
    }

    private void trouble() throws PmuException {
        int count = 1 + world.random().nextInt(MOST_TROUBLES);
        for (int i = 0; i < count; i++) {
            pass(LONGEST_CALM_MILLIS);
            SimulatedServer server = servers.get(world.random().nextInt(servers.size()));
            switch (world.random().nextInt(7)) {
                case 0 -> kill(server);
                case 1 -> pause(server);
                case 2 -> cut(server);
                case 3 -> restartUnit();
                case 4 -> breakConnections(server);
                case 5 -> switchOver(false);
                default -> switchOver(true);
            }
        }
        troublesOver = true;
    }

    private void pass(int atMostMillis) {
        world.pass(world.random().nextInt(atMostMillis) * MILLI);
    }

    private void note(String what) {
        history.note(world.nanoTime(), what);
    }

    private void kill(SimulatedServer server) throws PmuException {
        server.kill();
        pass(50);
        server.socketsClose();
        pass(LONGEST_TROUBLE_MILLIS);
        server.boot();
    }

    private void pause(SimulatedServer server) {
        server.pause(true);
        pass(LONGEST_TROUBLE_MILLIS);
        server.pause(false);
    }

    private void cut(SimulatedServer server) {
        boolean toUnit = world.random().nextBoolean();
        boolean fromUnit = !toUnit || world.random().nextBoolean();
        note(server + " is cut off, to the unit " + toUnit + ", from it " + fromUnit);
        server.link().cut(toUnit, fromUnit);
        pass(LONGEST_TROUBLE_MILLIS);
        server.link().cut(false, false);
        note(server + " is connected again");
    }

    private void restartUnit() throws PmuException {
        note("the unit is killed");
        unit.kill();
        servers.forEach(server -> server.fabric().resetAll("the unit is gone"));
        pass(500);
        unit.start();
        note("the unit is up");
    }

    private void breakConnections(SimulatedServer server) {
        note("connections of " + server + " break now and then");
        server.link().breakOneIn(5 + world.random().nextInt(50));
        pass(LONGEST_TROUBLE_MILLIS);
        server.link().breakOneIn(0);
    }

    private void switchOver(boolean force) {
        note("an administrator wants " + (force ? "to take" : "the primary to hand over") + " the region: "
                + unit.switchOver(force));
    }
}
