package org.pmuconnector.instance;

import static java.lang.System.Logger.Level.DEBUG;

import java.time.Duration;
import org.pmuconnector.control.wire.Handover;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/** Whether and when a replica asks to become the primary. One thread at a time. */
final class Candidacy {

    private static final System.Logger LOG = System.getLogger(Candidacy.class.getName());

    private final Region region;
    private final RegionReplica replica;
    private final Role role;
    private final Duration pause;
    private boolean refused;
    private long againNanos;

    /**
     * A candidacy.
     *
     * @param pause after its instance's user turned out to be one that may only follow
     */
    Candidacy(Region region, RegionReplica replica, Role role, Duration pause) {
        this.region = region;
        this.replica = replica;
        this.role = role;
        this.pause = pause;
    }

    /** Whether the region is free for it to claim. */
    boolean isOpen(RegionState state) {
        if (role == Role.STANDBY || !region.replicas().isLeader(replica)) {
            return false;
        }
        if (refused && clock().nanoTime() - againNanos < 0) {
            return false;
        }
        if (state.hasHandover() && !admits(state.getHandover())) {
            return false;
        }
        boolean mine = state.getPrimaryInstance().equals(region.instance().name());
        return state.getRole() == RegionState.Role.VACANT
                || (mine && state.getRole() != RegionState.Role.ROLE_UNSPECIFIED);
    }

    private boolean admits(Handover handover) {
        String name = region.instance().name();
        return handover.getToInstance().isEmpty()
                ? !handover.getFromInstance().equals(name)
                : handover.getToInstance().equals(name);
    }

    /**
     * Claims the region, over the memory's connection.
     *
     * @return null if another was faster, the former primary is still awaited, or this instance's user may only follow
     */
    Takeover claim(BoundMemory memory, RegionState known) throws PmuException {
        try {
            Takeover takeover = Takeover.claim(region, memory, known, false);
            refused = false;
            return takeover;
        } catch (PmuException e) {
            if (e.code() == ErrorCode.NOT_AUTHORIZED) {
                mayOnlyFollow(e);
                return null;
            }
            if (e.code() == ErrorCode.PRIMARY_EXISTS || e.code() == ErrorCode.EPOCH_CHANGED) {
                LOG.log(DEBUG, "Region {0} was not claimed: {1}", region.name(), e.getMessage());
                return null;
            }
            throw e;
        }
    }

    /** Whoever may read but not take over stands by until it is allowed more. */
    private void mayOnlyFollow(PmuException refusal) {
        if (!refused) {
            LogMessage.MAY_ONLY_FOLLOW.log(LOG, region.name(), region.instance().address(), refusal.getMessage());
        }
        refused = true;
        againNanos = clock().nanoTime() + pause.toNanos();
    }

    private MonotonicClock clock() {
        return region.instance().environment().clock();
    }
}
