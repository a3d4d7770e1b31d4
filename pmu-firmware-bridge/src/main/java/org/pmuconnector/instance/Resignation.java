package org.pmuconnector.instance;

import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/** How this instance gives a region up whose primary it is. One thread at a time. */
final class Resignation {

    private static final System.Logger LOG = System.getLogger(Resignation.class.getName());

    private final Region region;

    Resignation(Region region) {
        this.region = region;
    }

    /** Whether an administrator or the application wants another instance to be the primary. */
    boolean isAskedFor(RegionState known, CommitQueue mine) {
        return known.hasHandover()
                && known.getEpoch() == mine.epoch()
                && known.getHandover().getFromInstance().equals(name());
    }

    /** What is acknowledged is in the log when the successor may claim the region. */
    void handOver(RegionState known, CommitQueue mine) throws PmuException {
        mine.drain();
        region.uninstall(true);
        if (known.getRole() == RegionState.Role.HELD) {
            resign(mine);
        }
        LogMessage.HANDED_OVER.log(LOG, name(), region.name());
    }

    /** Lets whoever stands by claim the region; it will be vacant anyway if the unit does not hear of it. */
    void leave(CommitQueue mine) {
        if (region.queue() == mine) {
            region.uninstall(false);
        }
        try {
            resign(mine);
        } catch (PmuException e) {
            LogMessage.NOT_RESIGNED.log(LOG, region.name(), e.getMessage());
        }
    }

    private void resign(CommitQueue mine) throws PmuException {
        try (UnitConnection resigning = region.instance().connect()) {
            resigning.resign(region.name(), mine.epoch());
        }
    }

    private String name() {
        return region.instance().name();
    }
}
