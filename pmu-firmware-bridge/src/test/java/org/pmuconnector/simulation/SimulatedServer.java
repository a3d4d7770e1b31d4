package org.pmuconnector.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.pmuconnector.instance.DeliverySettings;
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
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/** A server with an adapter, a listener, and requests that write; booted anew after its process was killed. */
final class SimulatedServer {

    static final String REGION = "orders";

    private static final int REGION_BYTES = 512 << 10;
    private static final int WRITERS = 2;
    private static final long BETWEEN_WRITES_NANOS = 20_000_000;
    private static final long AFTER_A_FAILURE_NANOS = 60_000_000;
    private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(300);
    private static final Duration OPERATION_TIMEOUT = Duration.ofMillis(900);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    private static final int FETCH_SETS = 10;

    private final String name;
    private final World world;
    private final SimulatedUnit unit;
    private final History history;
    private final SimulatedLink link;
    private SimulatedProcess process;
    private SimulatedFabric fabric;
    private Region region;
    private int writes;
    private boolean closing;

    SimulatedServer(String name, World world, SimulatedUnit unit, History history) {
        this.name = name;
        this.world = world;
        this.unit = unit;
        this.history = history;
        this.link = new SimulatedLink(world);
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
                new RegionSettings(REGION, true, REGION_BYTES, 0, PersistenceLevel.VISIBLE, Retention.BASE));
        world.start(process, name + "'s session", instance::run);
        ReplicaSettings settings = new ReplicaSettings(
                Role.AUTO, POLL_INTERVAL, FETCH_SETS, null, Resume.BASE, DeliverySettings.ONE_BY_ONE);
        world.start(process, name + "'s replica", region.replica(settings, new Listener())::run);
        for (int i = 0; i < WRITERS; i++) {
            world.start(process, name + "'s request", this::write);
        }
    }

    private void write() {
        while (!closing) {
            try (RegionConnection connection = region.connect(null)) {
                while (!closing) {
                    write(connection);
                    world.pass(BETWEEN_WRITES_NANOS);
                }
            } catch (PmuException e) {
                world.pass(AFTER_A_FAILURE_NANOS);
            }
        }
    }

    private void write(RegionConnection connection) throws PmuException {
        String text = name + writes++;
        long epochAtStart = unit.epoch();
        try {
            connection.commit(List.of(PendingSet.update(text.getBytes(UTF_8), 0)));
            history.note(world.nanoTime(), name + " has " + text + " acknowledged");
            history.acknowledged(name, text, epochAtStart);
        } catch (PmuException e) {
            if (e.durability() == Durability.NOT_WRITTEN) {
                history.refused(text);
            } else {
                history.unknown(name, text);
            }
            history.note(world.nanoTime(), name + " fails with " + text + ": " + e.code() + " " + e.durability());
            throw e;
        }
    }

    /** Its process is gone at once; the unit hears of it a little later. */
    void kill() {
        history.note(world.nanoTime(), name + " is killed");
        process.kill();
        history.died(name);
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
        closing = true;
    }

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

    /** What the application is told. */
    private final class Listener implements ReplicaListener {

        @Override
        public void deliver(List<CommittedSet> sets, CursorMove clearing) {
            for (CommittedSet set : sets) {
                history.delivered(name, new String(set.payload(), UTF_8));
            }
        }

        @Override
        public void primary(Term term) {
            history.note(world.nanoTime(), name + " is the primary in epoch " + term.epoch());
            history.primary(name, term.epoch());
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
