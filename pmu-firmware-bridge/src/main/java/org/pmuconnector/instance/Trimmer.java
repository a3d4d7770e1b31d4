package org.pmuconnector.instance;

import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.RetentionPolicy;
import org.pmuconnector.log.LogWriter;
import org.pmuconnector.log.PreparedGroup;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/**
 * Frees what retention allows to be freed: in good time after commits, and when a region is full. Of the commit queue's
 * leader alone, between batches.
 */
final class Trimmer {

    private static final System.Logger LOG = System.getLogger(Trimmer.class.getName());

    /** Trimming is worth a request to the manager when it frees this part of the ring. */
    private static final int WORTHWHILE_FRACTION = 8;

    private final Region region;
    private final LogWriter writer;
    private long nextLookPosition;

    Trimmer(Region region, LogWriter writer) {
        this.region = region;
        this.writer = writer;
    }

    /** After a commit. A failure to trim is no failure to commit; the connection's next user will see it. */
    void trimIfUseful(RegionConnection connection) {
        long end = writer.state().endPosition();
        long worthwhile = connection.memory().geometry().capacityBytes() / WORTHWHILE_FRACTION;
        if (end < nextLookPosition || writer.usedBytes() < worthwhile) {
            return;
        }
        try {
            boolean byBase = !retainsUntilCleared(connection);
            if (!byBase || writer.trimTarget(true, 0) - writer.trimPosition() >= worthwhile) {
                nextLookPosition = end + worthwhile;
                trim(connection, worthwhile);
            }
        } catch (PmuException e) {
            LogMessage.NOT_TRIMMED.log(LOG, region.name(), e.getMessage());
            connection.broken();
        }
    }

    /** When a group did not fit: whether anything was freed. */
    boolean makeRoom(RegionConnection connection) throws PmuException {
        return trim(connection, 1);
    }

    private boolean trim(RegionConnection connection, long atLeastBytes) throws PmuException {
        UnitConnection unit = connection.memory().connection();
        boolean byBase = !retainsUntilCleared(connection);
        long cleared = byBase ? 0 : unit.region(region.name()).getClearedSequence();
        long target = writer.trimTarget(byBase, cleared);
        if (target - writer.trimPosition() < atLeastBytes) {
            return false;
        }
        for (PreparedGroup group : writer.preparedBelow(target)) {
            writer.addCopy(group);
            writer.write(connection.memory());
            writer.acknowledge();
        }
        unit.trim(region.name(), writer.epoch().epoch(), target);
        writer.trimmed(target);
        return true;
    }

    private static boolean retainsUntilCleared(RegionConnection connection) {
        RegionState state = connection.memory().state();
        return state.getRetention() == RetentionPolicy.RETAIN_CLEARED;
    }
}
