package org.pmuconnector.instance;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.control.wire.EpochStart;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.log.LogWriter;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCategory;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Finds out what became of a batch whose connection failed between write and acknowledgement. Either the epoch goes on:
 * the manager revokes the failed connection's keys, the range is read back, and what did not arrive is marked void. Or
 * another epoch has begun: then its start divides what counts from what does not.
 *
 * <p>Of the commit queue's leader alone.
 */
final class Resolver {

    /** How often to ask whether the next epoch has begun. */
    private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Region region;
    private final LogWriter writer;
    private final long bootNumber;
    private boolean over;

    Resolver(Region region, LogWriter writer, long bootNumber) {
        this.region = region;
        this.writer = writer;
        this.bootNumber = bootNumber;
    }

    /** The boot of the unit in which the epoch was granted; another boot has ended its keys. */
    long bootNumber() {
        return bootNumber;
    }

    /** Whether the writer's epoch was found to be over. */
    boolean isOver() {
        return over;
    }

    /**
     * Settles the undecided batch.
     *
     * @param brokenConnectionId the connection that failed
     * @throws PmuException if it cannot be settled now; it stays undecided
     */
    void resolve(long brokenConnectionId) throws PmuException {
        Deadline deadline = Deadline.after(
                region.instance().environment().clock(),
                region.instance().settings().operationTimeout());
        while (true) {
            try (UnitConnection connection = region.instance().connect()) {
                resolve(connection, brokenConnectionId, deadline);
                return;
            } catch (PmuException e) {
                if (e.code().category() != ErrorCategory.RETRY || over || deadline.hasPassed()) {
                    throw e;
                }
            }
            pause();
        }
    }

    private void resolve(UnitConnection connection, long brokenConnectionId, Deadline deadline) throws PmuException {
        if (connection.bootNumber() == bootNumber) {
            connection.endConnection(brokenConnectionId);
            if (resolveInEpoch(connection)) {
                return;
            }
        } else {
            region.unitRestarted(bootNumber);
        }
        resolveByNextEpoch(connection, deadline);
    }

    private boolean resolveInEpoch(UnitConnection connection) throws PmuException {
        BoundMemory memory;
        try {
            memory = new BoundMemory(
                    connection,
                    connection.openForWriting(region.name(), writer.epoch().epoch()));
        } catch (PmuException e) {
            if (e.code() == ErrorCode.FENCED_OFF || e.code() == ErrorCode.NOT_PRIMARY) {
                return false;
            }
            throw e;
        }
        writer.resolve(memory);
        return true;
    }

    private void resolveByNextEpoch(UnitConnection connection, Deadline deadline) throws PmuException {
        while (true) {
            RegionState state = connection.region(region.name());
            if (state.getTrimPosition() > writer.state().endPosition()) {
                over = true;
                throw new PmuException(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "a later primary has already freed the part of the log that would tell");
            }
            for (EpochStart start : state.getEpochStartsList()) {
                if (start.getEpoch() > writer.epoch().epoch()) {
                    over = true;
                    writer.resolveByEpoch(start.getStartPosition());
                    return;
                }
            }
            if (deadline.hasPassed()) {
                throw new PmuException(
                        ErrorCode.DEADLINE_EXCEEDED,
                        "the next primary of region '" + region.name() + "' has not read the log to its end in time");
            }
            pause();
        }
    }

    private void pause() throws PmuException {
        try {
            region.awaitChange(region.changes(), Duration.ofNanos(ASK_AGAIN_NANOS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PmuException(ErrorCode.CONNECTION_LOST, "interrupted while finding out what was written", e);
        }
    }
}
