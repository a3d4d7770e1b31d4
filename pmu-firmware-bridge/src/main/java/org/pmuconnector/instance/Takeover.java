package org.pmuconnector.instance;

import org.pmuconnector.control.wire.ClaimPrimaryReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.log.LogFollower;
import org.pmuconnector.log.LogState;
import org.pmuconnector.log.LogWriter;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/**
 * Becoming a region's primary. The order is the point of it: claim, which fences the former primary in the tables; then
 * read the log to its end, when nobody can add to it any more; then begin the epoch there, and seal it.
 */
final class Takeover {

    private static final System.Logger LOG = System.getLogger(Takeover.class.getName());

    private final Region region;
    private final BoundMemory memory;
    private final long epoch;
    private final long salt;
    private final long trimPosition;
    private final RegionState claimed;
    private final TakeoverTimer timer;

    private Takeover(Region region, BoundMemory memory, ClaimPrimaryReply reply, TakeoverTimer timer) {
        this.region = region;
        this.memory = memory;
        this.epoch = reply.getEpoch();
        this.salt = reply.getSalt();
        this.trimPosition = reply.getState().getTrimPosition();
        this.claimed = reply.getState();
        this.timer = timer;
    }

    /**
     * Claims the region and binds a key for writing to the memory's connection.
     *
     * @param known what the claim is based on
     * @param force also from a live primary: an operator's decision
     * @throws PmuException {@code PRIMARY_EXISTS} or {@code EPOCH_CHANGED} if another instance is or was faster
     */
    static Takeover claim(Region region, BoundMemory memory, RegionState known, boolean force) throws PmuException {
        UnitConnection connection = memory.connection();
        TakeoverTimer timer = new TakeoverTimer(region.instance().environment().clock());
        ClaimPrimaryReply reply = connection.claim(region.name(), known.getEpoch(), force);
        timer.granted(reply.getFenceNanos());
        LogMessage.EPOCH_GRANTED.log(
                LOG, region.instance().name(), reply.getEpoch(), region.name(), reply.getFenceNanos() / 1000);
        memory.bind(connection, connection.openForWriting(region.name(), reply.getEpoch()));
        return new Takeover(region, memory, reply, timer);
    }

    /** Reads the whole log, then begins the epoch. */
    CommitQueue recoverAndSeal() throws PmuException {
        LogFollower follower = new LogFollower(memory, memory.geometry(), memory, memory.isPersistent());
        timer.read(follower.recover().size());
        return seal(follower.state());
    }

    /** What takes its times. */
    TakeoverTimer timer() {
        return timer;
    }

    /**
     * Begins the epoch at the log's end.
     *
     * @param state the log up to its end; belongs to the new epoch's writer
     * @throws PmuException {@code DATA_LOSS} if the log ends before what this instance was told is safe
     */
    CommitQueue seal(LogState state) throws PmuException {
        long start = state.endPosition();
        if (start < region.acknowledgedPosition()) {
            throw new PmuException(
                    ErrorCode.DATA_LOSS,
                    "the log of region '" + region.name() + "' at "
                            + region.instance().address()
                            + " ends at position " + start + ", but this instance was told that all up to "
                            + region.acknowledgedPosition() + " is safe; check the unit's storage before going on");
        }
        memory.connection().beginEpoch(region.name(), epoch, start);
        LogWriter writer = new LogWriter(
                memory.geometry(),
                state,
                new EpochStart(epoch, start, salt),
                trimPosition,
                memory.maxBaseBytes(),
                region.instance().environment().time());
        writer.addSeal(region.instance().name());
        writer.write(memory);
        writer.acknowledge();
        Resolutions.applyFirst(region, memory, writer, claimed);
        timer.sealed();
        return new CommitQueue(region, writer, memory.connection().bootNumber());
    }
}
