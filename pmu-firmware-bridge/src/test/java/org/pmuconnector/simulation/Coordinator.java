package org.pmuconnector.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** A server's transaction manager, whose log outlives the server's processes: presumed abort. */
final class Coordinator {

    private static final int ROLLBACK_ONE_IN = 5;
    private static final byte[] QUALIFIER = {1};

    /** A branch that is not settled. */
    private static final class Branch {
        private final List<String> texts;
        private boolean commit;

        Branch(List<String> texts) {
            this.texts = texts;
        }
    }

    private final String server;
    private final World world;
    private final History history;
    private final Map<BranchId, Branch> log = new LinkedHashMap<>();
    private int transactions;

    Coordinator(String server, World world, History history) {
        this.server = server;
        this.world = world;
        this.history = history;
    }

    /** Whether every transaction has come to its end. */
    boolean isIdle() {
        return log.isEmpty();
    }

    /** One transaction after another; first, after a failure or a start, recovery. */
    void run(SimulatedRequests requests) {
        requests.repeat(connection -> {
            recover(connection);
            transact(connection, requests);
        });
    }

    /** Settles all that is open. */
    void recover(RegionConnection connection) throws PmuException {
        if (log.isEmpty()) {
            return;
        }
        for (BranchId branch : connection.inDoubt()) {
            if (!log.containsKey(branch)) {
                throw new AssertionError(server + " is to settle " + branch + ", which it does not know");
            }
        }
        for (Map.Entry<BranchId, Branch> open : Map.copyOf(log).entrySet()) {
            settle(connection, open.getKey(), open.getValue());
        }
        if (!connection.inDoubt().isEmpty()) {
            throw new AssertionError(server + " has settled all, and is to settle " + connection.inDoubt());
        }
    }

    private void transact(RegionConnection connection, SimulatedRequests requests) throws PmuException {
        transactions++;
        List<String> texts = requests.newTexts();
        BranchId id = new BranchId(1, (server + transactions).getBytes(UTF_8), QUALIFIER, server);
        Branch branch = new Branch(texts);
        log.put(id, branch);
        history.begun(server, texts);
        connection.prepare(id, requests.updates(texts));
        branch.commit = world.random().nextInt(ROLLBACK_ONE_IN) != 0;
        note("decides to " + (branch.commit ? "commit " : "roll back ") + texts);
        settle(connection, id, branch);
    }

    private void settle(RegionConnection connection, BranchId id, Branch branch) throws PmuException {
        try {
            if (branch.commit) {
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
        note("has " + branch.texts + (branch.commit ? " committed" : " rolled back"));
        if (branch.commit) {
            history.committed(branch.texts);
        } else {
            history.refused(branch.texts);
        }
    }

    private void note(String what) {
        history.note(world.nanoTime(), server + " " + what);
    }
}
