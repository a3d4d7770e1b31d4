package org.pmuconnector.ra.chaos;

import jakarta.resource.ResourceException;
import jakarta.resource.cci.LocalTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.function.BooleanSupplier;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.Durability;
import org.pmuconnector.checkpoint.ErrorCategory;
import org.pmuconnector.checkpoint.RegionFullException;

/**
 * One thread of an application: writes this and that while its server is the primary, and tries it now and then while it is
 * not. What failed is not written again under the same id: each id is one try, so that a try that was said to have failed
 * can be told from the next one that succeeded.
 */
final class ChaosWriter implements Runnable {

    /** Between two writes: an application has something else to do, and histories stay short. */
    private static final long THINK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Between two tries to write where that is bound to fail. */
    private static final long REFUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final int MOST_IN_GROUP = 4;

    /** Of a hundred writes; the others are single updates. */
    private static final int GROUPS = 20;

    private static final int ROLLBACKS = 5;

    /** Of a thousand. */
    private static final int BASES = 1;

    private static final int BASES_OF_ALL = 1;

    /** Of a hundred, where there are any. */
    private static final int TWO_PHASE = 8;

    private final String name;
    private final HistoryFile history;
    private final CheckpointConnectionFactory factory;
    private final Lock bases;
    private final ReadWriteLock stateLock;
    private final BooleanSupplier primary;
    private final BooleanSupplier stopped;
    private final TwoPhaseWriter twoPhases;
    private final Random random;
    private CheckpointConnection connection;
    private int operations;
    private boolean full;

    /** What is done with a connection, within an operation that the history has. */
    private interface Write {
        void to(CheckpointConnection connection) throws ResourceException;
    }

    /**
     * A writer.
     *
     * @param name that no other writer of any process has
     * @param bases the writers': held by who takes a state and writes it; of two at once, one would not have the other
     * @param stateLock the writers': held for reading by who changes the state, for writing by who takes all of it
     * @param twoPhases null for none: a branch may commit at any time, so that nobody knows a state to be complete then
     */
    ChaosWriter(
            String name,
            HistoryFile history,
            CheckpointConnectionFactory factory,
            Lock bases,
            ReadWriteLock stateLock,
            BooleanSupplier primary,
            BooleanSupplier stopped,
            TwoPhaseWriter twoPhases,
            Random random) {
        this.name = name;
        this.history = history;
        this.factory = factory;
        this.bases = bases;
        this.stateLock = stateLock;
        this.primary = primary;
        this.stopped = stopped;
        this.twoPhases = twoPhases;
        this.random = random;
    }

    @Override
    public void run() {
        while (!stopped.getAsBoolean()) {
            boolean worked = false;
            try {
                if (connection == null) {
                    connection = factory.getConnection();
                }
                worked = write();
            } catch (CheckpointException e) {
                // No connection, or one that cannot read: nothing was asked to be written.
                disconnect();
            } catch (ResourceException | RuntimeException e) {
                history.defect(name + ": " + e);
                disconnect();
            }
            LockSupport.parkNanos(worked && primary.getAsBoolean() ? THINK_NANOS : REFUSED_NANOS);
        }
        disconnect();
    }

    private void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    private boolean write() throws ResourceException {
        int dice = random.nextInt(1000);
        if (full || dice < BASES) {
            full = false;
            return holding(bases, this::base);
        }
        if (dice < BASES + BASES_OF_ALL) {
            return holding(bases, twoPhases == null ? this::baseOfAll : this::base);
        }
        int hundredth = random.nextInt(100);
        if (hundredth < GROUPS) {
            return group("GROUP", LocalTransaction::commit);
        }
        if (hundredth < GROUPS + ROLLBACKS) {
            return rollback();
        }
        if (hundredth < GROUPS + ROLLBACKS + TWO_PHASE && twoPhases != null) {
            String operation = nextName();
            return twoPhases.write(operation, groupIds(operation));
        }
        return holding(stateLock.readLock(), () -> {
            String id = nextName();
            byte[] update = new Content(id, List.of()).encode();
            return perform(id, "UPDATE", List.of(id), writing -> writing.append(update));
        });
    }

    private String nextName() {
        return name + "-" + ++operations;
    }

    private interface Section {
        boolean run() throws ResourceException;
    }

    private static boolean holding(Lock lock, Section section) throws ResourceException {
        lock.lock();
        try {
            return section.run();
        } finally {
            lock.unlock();
        }
    }

    private List<String> groupIds(String operation) {
        List<String> ids = new ArrayList<>();
        int count = 2 + random.nextInt(MOST_IN_GROUP - 1);
        for (int i = 1; i <= count; i++) {
            ids.add(operation + "." + i);
        }
        return ids;
    }

    private interface Demarcation {
        void of(LocalTransaction transaction) throws ResourceException;
    }

    private boolean group(String kind, Demarcation end) throws ResourceException {
        String operation = nextName();
        List<String> ids = groupIds(operation);
        return holding(
                stateLock.readLock(),
                () -> perform(operation, kind, ids, writing -> {
                    LocalTransaction transaction = writing.getLocalTransaction();
                    transaction.begin();
                    for (String id : ids) {
                        writing.append(new Content(id, List.of()).encode());
                    }
                    end.of(transaction);
                }));
    }

    /** Must never be there, like what was refused. */
    private boolean rollback() throws ResourceException {
        return group("ROLLBACK", transaction -> {
            transaction.rollback();
            throw new RolledBackException();
        });
    }

    /** How a transaction ends that was to be rolled back. */
    private static final class RolledBackException extends ResourceException {
        private static final long serialVersionUID = 1L;
    }

    /** A state that others may add to meanwhile: it names what it includes. */
    private boolean base() throws ResourceException {
        String id = nextName();
        List<String> state = Content.allOf(connection.recover());
        byte[] base = new Content(id, state).encode();
        return perform(id, "BASE", List.of(id), writing -> writing.overwrite(base, 0, state.size()));
    }

    /** A state that nobody adds to while it is taken and written. */
    private boolean baseOfAll() throws ResourceException {
        return holding(stateLock.writeLock(), () -> {
            String id = nextName();
            byte[] base = new Content(id, Content.allOf(connection.recover())).encode();
            return perform(id, "BASE", List.of(id), writing -> writing.overwrite(base));
        });
    }

    /** Whether it was acknowledged. After a failure, the next write has another connection. */
    private boolean perform(String operation, String kind, List<String> ids, Write write) {
        history.called(operation, kind, ids);
        try {
            write.to(connection);
            history.returned(operation, "ACKNOWLEDGED", "-");
            return true;
        } catch (RolledBackException e) {
            history.returned(operation, "NOT_WRITTEN", "-");
            return true;
        } catch (CheckpointException e) {
            full = e instanceof RegionFullException;
            String outcome = e.durability() == Durability.WRITTEN ? "ACKNOWLEDGED" : String.valueOf(e.durability());
            history.returned(operation, outcome, e.getErrorCode());
            if (e.category() == ErrorCategory.FATAL) {
                // Whatever fails, what the application does is right and the unit's memory is sound.
                history.defect(operation + ": " + e);
            }
        } catch (ResourceException | RuntimeException e) {
            history.returned(operation, "UNKNOWN", "-");
            history.defect(operation + ": " + e);
        }
        disconnect();
        return false;
    }
}
