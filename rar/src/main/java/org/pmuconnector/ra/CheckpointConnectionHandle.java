package org.pmuconnector.ra;

import jakarta.resource.cci.LocalTransaction;
import java.time.Instant;
import java.util.List;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** An application's handle: nothing but a checked way to the managed connection that it is associated with. */
final class CheckpointConnectionHandle implements CheckpointConnection {

    /** Null while the server has dissociated the handle, and once it is closed. */
    private volatile CheckpointManagedConnection managed;

    /** By the application or by the container, and for good. */
    private volatile boolean closed;

    /** Null where nobody told: then nothing is done late. */
    private volatile HandleOrigin origin;

    CheckpointConnectionHandle(CheckpointManagedConnection managed) {
        this.managed = managed;
    }

    /** The managed connection, or null if there is none now. */
    CheckpointManagedConnection managed() {
        return managed;
    }

    boolean isClosed() {
        return closed;
    }

    void allocatedBy(HandleOrigin whom) {
        origin = whom;
    }

    /** Called by managed connections, which keep their lists of handles in step; null until the handle is used again. */
    void associate(CheckpointManagedConnection other) {
        managed = other;
    }

    /** Called by managed connections: the handle is of no more use. */
    void end() {
        closed = true;
        managed = null;
    }

    @Override
    public void append(byte[] update) throws CheckpointException {
        append(update, 0);
    }

    @Override
    public void append(byte[] update, int payloadVersion) throws CheckpointException {
        checkPayload(update, payloadVersion);
        write(link -> PendingSet.update(update.clone(), payloadVersion));
    }

    @Override
    public void overwrite(byte[] state) throws CheckpointException {
        overwrite(state, 0);
    }

    @Override
    public void overwrite(byte[] state, int payloadVersion) throws CheckpointException {
        checkPayload(state, payloadVersion);
        write(link -> PendingSet.baseOfAll(state.clone(), payloadVersion, link.committedSequence()));
    }

    @Override
    public void overwrite(byte[] state, int payloadVersion, long coversSequence) throws CheckpointException {
        checkPayload(state, payloadVersion);
        if (coversSequence < 0) {
            throw CheckpointErrors.misuse("coversSequence is " + coversSequence + "; use 0 or more");
        }
        write(link -> {
            checkCommitted(link, "a base cannot cover", coversSequence);
            return PendingSet.base(state.clone(), payloadVersion, coversSequence);
        });
    }

    @Override
    public List<Checkpoint> recover() throws CheckpointException {
        return use(connection -> checkpoints(connection, connection.withLink(RegionLink::recover)));
    }

    @Override
    public List<Checkpoint> poll(int maxSets) throws CheckpointException {
        if (maxSets < 1) {
            throw CheckpointErrors.misuse("maxSets is " + maxSets + "; use 1 or more");
        }
        return use(connection -> checkpoints(connection, connection.withLink(link -> link.poll(maxSets))));
    }

    @Override
    public void clear(long throughSequence) throws CheckpointException {
        if (throughSequence < 0) {
            throw CheckpointErrors.misuse("throughSequence is " + throughSequence + "; use 0 or more");
        }
        enlist(open());
        use(connection -> {
            if (!connection.hasSubscription()) {
                throw new PmuException(
                        ErrorCode.NO_SUBSCRIPTION,
                        "cannot clear in " + connection.describe() + ": the connection factory names no subscription");
            }
            connection.clear(throughSequence);
            return null;
        });
    }

    @Override
    public long committedSequence() throws CheckpointException {
        return use(connection -> connection.withLink(RegionLink::committedSequence));
    }

    @Override
    public LocalTransaction getLocalTransaction() throws CheckpointException {
        CheckpointManagedConnection connection = open();
        enlist(connection);
        if (connection.isInGlobalTransaction()) {
            throw CheckpointErrors.misuse(
                    "no local transaction: the connection takes part in one of the container's transactions");
        }
        return new ApplicationTransaction(this);
    }

    @Override
    public void close() {
        CheckpointManagedConnection connection = managed;
        if (connection != null) {
            connection.closeHandle(this);
        } else if (!closed) {
            closed = true;
            if (origin != null) {
                origin.closedInactive(this);
            }
        }
    }

    /**
     * The managed connection.
     *
     * @throws CheckpointException category FATAL if the handle has been closed
     */
    CheckpointManagedConnection open() throws CheckpointException {
        CheckpointManagedConnection connection = managed;
        if (connection == null && !closed && origin != null) {
            origin.associate(this);
            connection = managed;
        }
        if (connection == null) {
            throw CheckpointErrors.misuse("the connection handle has been closed: get a new one from the factory");
        }
        return connection;
    }

    private void enlist(CheckpointManagedConnection connection) throws CheckpointException {
        if (origin != null && !connection.isInTransaction()) {
            origin.enlist(connection);
        }
    }

    /** What a call does with the managed connection. */
    private interface Use<T> {
        T of(CheckpointManagedConnection connection) throws PmuException;
    }

    private <T> T use(Use<T> use) throws CheckpointException {
        CheckpointManagedConnection connection = open();
        try {
            return use.of(connection);
        } catch (PmuException e) {
            throw CheckpointErrors.of(e);
        }
    }

    private void write(LinkSource.Operation<PendingSet> set) throws CheckpointException {
        enlist(open());
        use(connection -> {
            connection.write(set);
            return null;
        });
    }

    static void checkCommitted(RegionLink link, String what, long sequence) throws PmuException {
        long committed = link.committedSequence();
        if (sequence > committed) {
            throw new PmuException(
                    ErrorCode.BEYOND_COMMITTED,
                    what + " sequence " + sequence + ": the newest that has been committed is " + committed);
        }
    }

    private static void checkPayload(byte[] payload, int payloadVersion) throws CheckpointException {
        if (payload == null) {
            throw CheckpointErrors.misuse("the payload is null; use an empty array for an empty one");
        }
        if (payloadVersion < 0) {
            throw CheckpointErrors.misuse("payloadVersion is " + payloadVersion + "; use 0 or more");
        }
    }

    private static List<Checkpoint> checkpoints(CheckpointManagedConnection connection, List<CommittedSet> sets) {
        return sets.stream()
                .map(set -> checkpoint(connection.regionName(), set, set.payload()))
                .toList();
    }

    /** A committed set in the application's words; it takes over the payload. */
    static Checkpoint checkpoint(String region, CommittedSet set, byte[] payload) {
        return new Checkpoint(
                region,
                set.epoch(),
                set.sequence(),
                Instant.ofEpochMilli(set.timestampMillis()),
                set.base() ? Checkpoint.Kind.BASE : Checkpoint.Kind.UPDATE,
                set.payloadVersion(),
                payload);
    }
}
