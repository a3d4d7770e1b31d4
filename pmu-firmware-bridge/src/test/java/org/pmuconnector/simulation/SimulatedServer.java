package org.pmuconnector.simulation;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.pmuconnector.instance.DeliverySettings;
import org.pmuconnector.instance.DeliverySettings.PoisonPolicy;
import org.pmuconnector.instance.Environment;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.instance.ReplicaListener;
import org.pmuconnector.instance.ReplicaSettings;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.instance.Term;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/** A server with an adapter, a listener, and requests that write; booted anew after its process was killed. */
final class SimulatedServer {

    static final String REGION = "orders";

    private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(150);
    private static final Duration OPERATION_TIMEOUT = Duration.ofMillis(450);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    private static final int FETCH_SETS = 10;
    private static final String AUDIT = "audit";
    private static final DeliverySettings IN_BATCHES = new DeliverySettings(4, Duration.ZERO, 0, PoisonPolicy.STOP);

    private final String name;
    private final World world;
    private final SimulatedUnit unit;
    private final History history;
    private final Scenario scenario;
    private final int priority;
    private final SimulatedLink link;
    private final Coordinator coordinator;
    private SimulatedProcess process;
    private SimulatedFabric fabric;
    private Region region;
    private SimulatedRequests requests;
    private Term term;

    SimulatedServer(String name, World world, SimulatedUnit unit, History history, Scenario scenario, int priority) {
        this.name = name;
        this.world = world;
        this.unit = unit;
        this.history = history;
        this.scenario = scenario;
        this.priority = priority;
        this.link = new SimulatedLink(world);
        this.coordinator = new Coordinator(name, world, history);
    }

    void boot() throws PmuException {
        history.note(world.nanoTime(), name + " boots");
        process = new SimulatedProcess(name);
        fabric = new SimulatedFabric(world, process, unit, link);
        Instance instance = new Instance(
                new InstanceSettings(name, CONNECT_TIMEOUT, OPERATION_TIMEOUT),
                fabric,
                new Environment(
                        world,
                        () -> Instant.EPOCH.plusNanos(world.nanoTime()),
                        world.random(),
                        () -> new SimulatedMonitor(world)));
        region = instance.region(
                new RegionSettings(REGION, true, Scenario.REGION_BYTES, 0, scenario.level(), Retention.BASE));
        world.start(process, name + "'s session", instance::run);
        ReplicaSettings settings = new ReplicaSettings(
                Role.AUTO, priority, POLL_INTERVAL, FETCH_SETS, null, Resume.BASE, DeliverySettings.ONE_BY_ONE);
        world.start(process, name + "'s replica", region.replica(settings, new Listener())::run);
        ReplicaSettings auditing =
                new ReplicaSettings(Role.STANDBY, 1, POLL_INTERVAL, FETCH_SETS, AUDIT, Resume.CURSOR, IN_BATCHES);
        world.start(process, name + "'s audit", region.replica(auditing, new Audit())::run);
        coordinator.restart();
        requests = new SimulatedRequests(name, world, unit, history, region, scenario.paddingBytes());
        world.start(process, name + "'s requests", requests::write);
        world.start(process, name + "'s transactions", () -> coordinator.run(requests));
    }

    /** Its process is gone at once; the unit hears of it a little later. */
    void kill() {
        history.note(world.nanoTime(), name + " is killed");
        process.kill();
        history.reset(name);
        term = null;
    }

    void socketsClose() {
        fabric.resetAll("connection reset by peer");
    }

    void pause(boolean pause) {
        history.note(world.nanoTime(), name + (pause ? " stands still" : " goes on"));
        process.pause(pause);
    }

    boolean isKilled() {
        return process.isKilled();
    }

    SimulatedLink link() {
        return link;
    }

    SimulatedFabric fabric() {
        return fabric;
    }

    void stopWriting() {
        requests.stop();
    }

    /** Whether its application may believe that it is the primary still, and in which epoch; 0 if not. */
    long validEpoch() {
        return term != null && !process.isPaused() && term.isValid() ? term.epoch() : 0;
    }

    /** Whether its transaction manager has nothing left to settle. */
    boolean isIdle() {
        return coordinator.isIdle();
    }

    /** What its transaction manager does while no request runs. */
    void settle() {
        world.start(process, name + "'s recovery", () -> {
            while (!coordinator.isIdle()) {
                try (RegionConnection connection = region.connect(null)) {
                    coordinator.recover(connection);
                } catch (PmuException e) {
                    world.pass(SimulatedRequests.AFTER_A_FAILURE_NANOS);
                }
            }
        });
    }

    /** What the region has. */
    List<CommittedSet> recover() throws PmuException {
        try (RegionConnection connection = region.connect(null)) {
            return connection.recover();
        }
    }

    SimulatedProcess process() {
        return process;
    }

    @Override
    public String toString() {
        return name;
    }

    /** One of the servers at a time has what the region gets put into a database, and clears it in the same transaction. */
    private final class Audit implements ReplicaListener {

        @Override
        public void deliver(List<CommittedSet> sets, CursorMove clearing) throws PmuException {
            try (RegionConnection connection = region.connect(null)) {
                coordinator.clear(connection, clearing, () -> {
                    history.note(world.nanoTime(), name + "'s audit takes " + sequences(sets));
                    sets.forEach(history::audited);
                });
            }
        }

        private static String sequences(List<CommittedSet> sets) {
            return sets.stream()
                    .map(set -> (set.base() ? "base " : "") + set.sequence())
                    .collect(joining(", "));
        }

        @Override
        public void primary(Term newTerm) {
            throw new AssertionError("it only follows");
        }

        @Override
        public void fenced(Term oldTerm) {
            throw new AssertionError("it only follows");
        }

        @Override
        public void reset(String regionName, String reason) {
            history.note(world.nanoTime(), name + "'s audit has missed sets: " + reason);
        }
    }

    /** What the application is told. */
    private final class Listener implements ReplicaListener {

        @Override
        public void deliver(List<CommittedSet> sets, CursorMove clearing) {
            history.note(
                    world.nanoTime(),
                    name + " gets"
                            + sets.stream()
                                    .map(set -> " " + set.sequence() + (set.base() ? " base " : " ") + Texts.of(set))
                                    .collect(joining()));
            sets.forEach(set -> history.delivered(name, set));
        }

        @Override
        public void primary(Term newTerm) {
            term = newTerm;
            history.note(world.nanoTime(), name + " is the primary in epoch " + newTerm.epoch());
            history.primary(name, newTerm.epoch());
        }

        @Override
        public void fenced(Term term) {
            history.note(world.nanoTime(), name + " is fenced from epoch " + term.epoch());
            history.fenced(name, term.epoch());
        }

        @Override
        public void reset(String regionName, String reason) {
            history.note(world.nanoTime(), name + " is reset: " + reason);
            history.reset(name);
        }
    }
}
