package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.INFO;

import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.manager.catalog.CatalogState;

/**
 * Takes regions out: at once for everybody, and then wipes them, until which their room is not free. A unit that is started
 * in between goes on with that. One thread at a time, under the manager's lock.
 */
final class Removals {

    private static final System.Logger LOG = System.getLogger(Removals.class.getName());

    private final BridgeSession session;
    private final Regions regions;
    private final KeyRing keys;
    private final Housekeeping housekeeping;

    Removals(BridgeSession session, Regions regions, KeyRing keys, Housekeeping housekeeping) {
        this.session = session;
        this.regions = regions;
        this.keys = keys;
        this.housekeeping = housekeeping;
        regions.remains().forEach(this::wipe);
    }

    /** Deletes a region; unless forced, only one that nobody is or may return as primary of. */
    void delete(ManagedRegion region, boolean force) throws PmuException {
        if (!force && region.role != Role.VACANT) {
            throw new PmuException(
                    ErrorCode.PRIMARY_EXISTS,
                    "region " + region.name() + " is not deleted: its role is " + region.role + " (" + region.evidence
                            + "); stop its primary first, or force it");
        }
        remove(region, "deleted");
    }

    /** Takes a region out; no access under any of its keys can land when this returns. */
    void remove(ManagedRegion region, String evidence) throws PmuException {
        // First of all: without a device's confirmation the region stays what it was.
        keys.revokeRegion(region);
        regions.change(
                region,
                region.entry.toBuilder()
                        .setState(CatalogState.CATALOG_STATE_DELETED)
                        .build());
        session.apply(new TableBatch().unmap(region.slot));
        region.role = Role.VACANT;
        region.evidence = evidence;
        LOG.log(INFO, "region {0}: {1}", region.name(), evidence);
        regions.announce(region);
        regions.takeOut(region);
        keys.disconnectUsers(region, "region " + region.name() + " was " + evidence);
        wipe(region);
    }

    private void wipe(ManagedRegion region) {
        housekeeping.add(new Wipe(
                "wiping what was region " + region.name(),
                session,
                Regions.runs(region.entry),
                () -> regions.forget(region)));
    }
}
