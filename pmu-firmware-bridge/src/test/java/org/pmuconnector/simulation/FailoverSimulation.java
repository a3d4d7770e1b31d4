package org.pmuconnector.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.PmuException;

/** Two or three servers and a unit for some seconds of trouble, all of which a seed decides about. */
final class FailoverSimulation {

    private static final long MILLI = 1_000_000;
    private static final long TICK_NANOS = 25 * MILLI;
    private static final int MOST_TROUBLES = 4;
    private static final int LONGEST_CALM_MILLIS = 250;

    /** Longer than a lease. */
    private static final int LONGEST_TROUBLE_MILLIS = 2 * SimulatedUnit.LEASE_MILLIS;

    private static final int SLOWEST_NANOS = 200_000_000;
    private static final long RECOVERY_NANOS = 5_000 * MILLI;
    private static final long SETTLING_NANOS = 500 * MILLI;

    private final World world;
    private final History history = new History();
    private final Scenario scenario;
    private final SimulatedUnit unit;
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final SimulatedProcess fate = new SimulatedProcess("fate");
    private int troubled;
    private boolean forced;
    private List<CommittedSet> log;

    FailoverSimulation(long seed, ExecutorService threads) throws IOException, PmuException {
        world = new World(seed, threads);
        scenario = Scenario.of(world.random());
        unit = new SimulatedUnit(world, scenario);
        for (String name : scenario.servers()) {
            servers.add(new SimulatedServer(
                    name, world, unit, history, scenario, 1 + world.random().nextInt(2)));
        }
    }

    /** Runs it to its end; an assertion error tells what must not be. */
    Result run() throws PmuException {
        try {
            for (SimulatedServer server : servers) {
                server.boot();
            }
            world.start(fate, "time", this::tick);
            begin(this::troubleOfTheUnit);
            servers.forEach(server -> begin(() -> troubleOf(server)));
            while (troubled > 0) {
                world.runUntil(world.nanoTime() + SETTLING_NANOS);
            }
            int before = history.acknowledgedCount();
            await("a write is acknowledged again", () -> history.acknowledgedCount() > before);
            servers.forEach(SimulatedServer::stopWriting);
            // What a request is at still ends.
            world.runUntil(world.nanoTime() + SETTLING_NANOS);
            servers.forEach(SimulatedServer::settle);
            await("all transactions are settled", () -> servers.stream().allMatch(SimulatedServer::isIdle));
            await("the audit has what was acknowledged", history::isAudited);
            await(
                    "all know what was acknowledged",
                    () -> servers.stream().allMatch(server -> history.knowsAll(server.toString())));
            world.start(fate, "reader", () -> log = servers.get(0).recover());
            world.runUntil(world.nanoTime() + SETTLING_NANOS);
            if (log == null) {
                throw new AssertionError("the region cannot be read");
            }
            history.finish(log);
            return new Result(history.acknowledgedCount(), history.epoch(), world.turns(), history.tail());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + history.tail(), e);
        } finally {
            world.end();
        }
    }

    private void begin(Trouble trouble) {
        troubled++;
        world.start(fate, "trouble", () -> trouble(trouble));
    }

    private void await(String what, BooleanSupplier condition) {
        long deadline = world.nanoTime() + RECOVERY_NANOS;
        while (!condition.getAsBoolean()) {
            if (world.nanoTime() > deadline) {
                throw new AssertionError("all trouble has been over for long, and it is not so that " + what);
            }
            world.runUntil(world.nanoTime() + TICK_NANOS);
        }
    }

    /**
     * What came of it.
     *
     * @param acknowledged writes
     * @param epochs that were granted
     * @param turns of actors
     * @param events the last of what happened
     */
    record Result(int acknowledged, long epochs, long turns, String events) {}

    private void tick() {
        while (true) {
            world.pass(TICK_NANOS);
            unit.tick();
            checkValidity();
        }
    }

    /** Nobody thinks that it is the primary when another one may be. */
    private void checkValidity() {
        if (scenario.awaitsLeases() && !forced) {
            for (SimulatedServer server : servers) {
                long valid = server.validEpoch();
                if (valid != 0 && valid < unit.epoch()) {
                    throw new AssertionError(
                            server + " holds its epoch " + valid + " for valid in epoch " + unit.epoch());
                }
            }
        }
    }

    /** One trouble after the other; what several do so comes at the same time. */
    private void trouble(Trouble trouble) throws PmuException {
        for (int left = world.random().nextInt(MOST_TROUBLES); left > 0; left--) {
            pass(LONGEST_CALM_MILLIS);
            trouble.happen();
        }
        troubled--;
    }

    /** What may happen to a server, or to the unit. */
    private interface Trouble {
        void happen() throws PmuException;
    }

    private void troubleOf(SimulatedServer server) throws PmuException {
        switch (world.random().nextInt(5)) {
            case 0 -> kill(server);
            case 1 -> pause(server);
            case 2 -> cut(server);
            case 3 -> slow(server);
            default -> breakConnections(server);
        }
    }

    private void troubleOfTheUnit() throws PmuException {
        switch (world.random().nextInt(3)) {
            case 0 -> restartUnit();
            case 1 -> switchOver(false);
            default -> switchOver(true);
        }
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
        unit.changed();
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

    private void slow(SimulatedServer server) {
        note("messages to and from " + server + " take long");
        server.link().slow(1 + world.random().nextInt(SLOWEST_NANOS));
        pass(LONGEST_TROUBLE_MILLIS);
        server.link().usual();
    }

    private void switchOver(boolean force) {
        forced |= force;
        note("an administrator wants " + (force ? "to take" : "the primary to hand over") + " the region: "
                + unit.switchOver(force));
    }
}
