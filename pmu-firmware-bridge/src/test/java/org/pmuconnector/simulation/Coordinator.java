package org.pmuconnector.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** A server's transaction manager, whose log outlives the server's processes: presumed abort. */
final class Coordinator {

    private static final int ROLLBACK_ONE_IN = 5;
    private static final byte[] QUALIFIER = {1};

    /** A branch that is not settled: of updates, or of what is to be cleared. */
    private static final class Branch {
        private final List<String> texts;
        private final boolean clears;
        private boolean commit;

        /** Its transaction goes on: nobody else is to settle it. */
        private boolean inProgress = true;

        Branch(List<String> texts, boolean clears) {
            this.texts = texts;
            this.clears = clears;
        }
    }

    private final String server;
    private final World world;
    private final History history;
    private final Map<BranchId, Branch> log = new LinkedHashMap<>();
    private final Set<BranchId> begun = new HashSet<>();

    Coordinator(String server, World world, History history) {
        this.server = server;
        this.world = world;
        this.history = history;
    }

    /** Whether every transaction has come to its end. */
    boolean isIdle() {
        return log.isEmpty();
    }

    /** The server's process is another one: what was in progress is not any more. */
    void restart() {
        log.values().forEach(branch -> branch.inProgress = false);
    }

    /** One transaction after another; first, after a failure or a start, recovery. */
    void run(SimulatedRequests requests) {
        requests.repeat(connection -> {
            recover(connection);
            transact(connection, requests);
        });
    }

    /** Settles all that is open, and in no transaction any more. */
    void recover(RegionConnection connection) throws PmuException {
        if (log.isEmpty()) {
            return;
        }
        for (BranchId branch : connection.inDoubt()) {
            if (!begun.contains(branch)) {
                throw new AssertionError(server + " is to settle " + branch + ", which it does not know");
            }
        }
        List<BranchId> settled = new ArrayList<>();
        for (Map.Entry<BranchId, Branch> open : new LinkedHashMap<>(log).entrySet()) {
            if (!open.getValue().inProgress) {
                settle(connection, open.getKey(), open.getValue());
                settled.add(open.getKey());
            }
        }
        settled.retainAll(connection.inDoubt());
        if (!settled.isEmpty()) {
            throw new AssertionError(server + " has settled " + settled + ", and is to settle them");
        }
    }

    private void transact(RegionConnection connection, SimulatedRequests requests) throws PmuException {
        List<String> texts = requests.newTexts();
        history.begun(server, texts);
        inTransaction(new Branch(texts, false), (id, branch) -> {
            connection.prepare(id, requests.updates(texts));
            branch.commit = world.random().nextInt(ROLLBACK_ONE_IN) != 0;
            note("decides to " + (branch.commit ? "commit " : "roll back ") + texts);
            settle(connection, id, branch);
        });
    }

    /**
     * A delivery's transaction: clears, and has an effect in a database, both or neither.
     *
     * @throws PmuException if neither
     */
    void clear(RegionConnection connection, CursorMove move, Runnable effect) throws PmuException {
        inTransaction(new Branch(List.of(), true), (id, branch) -> {
            connection.prepareClear(id, move);
            // The database commits first, and its commit is the decision.
            branch.commit = true;
            effect.run();
            try {
                settle(connection, id, branch);
            } catch (PmuException e) {
                note("could not tell of clear " + id + " yet: " + e.getMessage());
            }
        });
    }

    /** What is done in a transaction. */
    private interface Work {
        void in(BranchId id, Branch branch) throws PmuException;
    }

    private void inTransaction(Branch branch, Work work) throws PmuException {
        BranchId id = new BranchId(1, (server + begun.size()).getBytes(UTF_8), QUALIFIER, server);
        begun.add(id);
        log.put(id, branch);
        try {
            work.in(id, branch);
        } finally {
            branch.inProgress = false;
        }
    }

    private void settle(RegionConnection connection, BranchId id, Branch branch) throws PmuException {
        try {
            if (branch.clears) {
                connection.settleClear(id, branch.commit);
            } else if (branch.commit) {
                connection.commitPrepared(id);
            } else {
                connection.rollbackPrepared(id);
            }
        } catch (PmuException e) {
            // Settled before, without having been told so; or never prepared.
            if (e.code() != ErrorCode.BRANCH_UNKNOWN) {
                throw e;
            }
        }
        log.remove(id);
        if (!branch.clears) {
            note("has " + branch.texts + (branch.commit ? " committed" : " rolled back"));
            if (branch.commit) {
                history.committed(branch.texts);
            } else {
                history.refused(branch.texts);
            }
        }
    }

    private void note(String what) {
        history.note(world.nanoTime(), server + " " + what);
    }
}
