package org.pmuconnector.simulation;

import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** What a server's requests write in one phase: groups of updates, and now and then a base that frees room. */
final class SimulatedRequests {

    private static final int MOST_PAUSE_NANOS = 150_000_000;
    static final long AFTER_A_FAILURE_NANOS = 40_000_000;
    private static final int MOST_UPDATES = 3;
    private static final int WRITES_PER_BASE = 12;

    private final String server;
    private final World world;
    private final SimulatedUnit unit;
    private final History history;
    private final Region region;
    private final int paddingBytes;
    private boolean stopping;

    SimulatedRequests(
            String server, World world, SimulatedUnit unit, History history, Region region, int paddingBytes) {
        this.server = server;
        this.world = world;
        this.unit = unit;
        this.history = history;
        this.region = region;
        this.paddingBytes = paddingBytes;
    }

    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** What is done with a connection. */
    interface Use {
        void of(RegionConnection connection) throws PmuException;
    }

    /** One request after another until they are to stop. */
    void write() {
        repeat(connection -> {
            if (world.random().nextInt(WRITES_PER_BASE) == 0) {
                writeBase(connection);
            } else {
                writeGroup(connection);
            }
        });
    }

    /** Until requests are to stop, on a new connection after each failure. */
    void repeat(Use use) {
        while (!stopping) {
            try (RegionConnection connection = region.connect(null)) {
                while (!stopping) {
                    use.of(connection);
                    world.pass(world.random().nextInt(MOST_PAUSE_NANOS));
                }
            } catch (PmuException e) {
                world.pass(AFTER_A_FAILURE_NANOS);
            }
        }
    }

    /** Some of its own updates. */
    List<String> newTexts() {
        List<String> texts = new ArrayList<>();
        for (int i = world.random().nextInt(MOST_UPDATES); i >= 0; i--) {
            texts.add(history.newText(server));
        }
        return texts;
    }

    List<PendingSet> updates(List<String> texts) {
        return texts.stream()
                .map(text -> PendingSet.update(Texts.payloadOf(text, paddingBytes), 0))
                .toList();
    }

    private void writeGroup(RegionConnection connection) throws PmuException {
        List<String> texts = newTexts();
        long epochAtStart = unit.epoch();
        try {
            connection.commit(updates(texts));
            note("has " + texts + " acknowledged");
            history.acknowledged(server, texts, epochAtStart);
        } catch (PmuException e) {
            note("fails with " + texts + ": " + e.code() + " " + e.durability());
            if (e.durability() == Durability.NOT_WRITTEN) {
                history.refused(texts);
            } else {
                history.unknown(server, texts);
            }
            if (e.code() != ErrorCode.REGION_FULL) {
                throw e;
            }
            writeBase(connection);
        }
    }

    /** All that the region has, as one set. */
    private void writeBase(RegionConnection connection) throws PmuException {
        List<CommittedSet> sets = connection.recover();
        if (sets.isEmpty()) {
            return;
        }
        long covers = sets.get(sets.size() - 1).sequence();
        connection.commit(List.of(PendingSet.base(Texts.baseOf(sets), 0, covers)));
        note("writes a base up to sequence " + covers);
    }

    private void note(String what) {
        history.note(world.nanoTime(), server + " " + what);
    }
}
