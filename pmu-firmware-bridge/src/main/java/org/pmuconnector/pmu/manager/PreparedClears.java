package org.pmuconnector.pmu.manager;

import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.catalog.CatalogPreparedClear;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;

/** Clears inside of transactions: kept from prepare to the outcome. One thread at a time, under the manager's lock. */
final class PreparedClears {

    /** They share the one page of the region's catalog entry. */
    static final int MAX_PER_REGION = 8;

    private PreparedClears() {}

    /** All of a region's, oldest first. */
    static List<PreparedClear> of(CatalogRegion entry) {
        return entry.getPreparedClearsList().stream().map(PreparedClears::read).toList();
    }

    /**
     * Keeps a clear, durably when this returns. One that is there already is left as it is.
     *
     * @throws PmuException {@code NO_SUBSCRIPTION}, {@code BEYOND_COMMITTED} for no sequence, {@code LIMIT_REACHED},
     *     {@code UNIT_IO}
     */
    static void prepare(Regions regions, ManagedRegion region, PreparedClear clear) throws PmuException {
        Subscriptions.require(region, clear.subscription(), clear.sequence());
        if (of(region.entry).contains(clear)) {
            return;
        }
        int count = region.entry.getPreparedClearsCount();
        if (count >= MAX_PER_REGION) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "region " + region.name() + " has " + count + " clears of transactions in doubt, as many as it may;"
                            + " 'pmu log --in-doubt' shows them");
        }
        regions.addIfRoom(
                region, region.entry.toBuilder().addPreparedClears(write(clear)).build());
    }

    /**
     * Settles a branch's clears in an entry that is to be.
     *
     * @return whether it had any
     */
    static boolean settle(CatalogRegion.Builder entry, BranchKey branch, boolean commit) {
        List<PreparedClear> all =
                entry.getPreparedClearsList().stream().map(PreparedClears::read).toList();
        entry.clearPreparedClears();
        boolean found = false;
        for (PreparedClear clear : all) {
            if (!clear.branch().equals(branch)) {
                entry.addPreparedClears(write(clear));
                continue;
            }
            found = true;
            int index = Subscriptions.indexOf(entry.getSubscriptionsList(), clear.subscription());
            if (commit && index >= 0) {
                Subscriptions.moveCursor(entry, index, clear.sequence());
            }
        }
        return found;
    }

    private static PreparedClear read(CatalogPreparedClear entry) {
        return new PreparedClear(
                new BranchKey(
                        entry.getFormatId(),
                        entry.getGlobalTransactionId(),
                        entry.getBranchQualifier(),
                        entry.getInstanceName()),
                entry.getSubscription(),
                entry.getSequence());
    }

    private static CatalogPreparedClear write(PreparedClear clear) {
        BranchKey branch = clear.branch();
        return CatalogPreparedClear.newBuilder()
                .setFormatId(branch.formatId())
                .setGlobalTransactionId(branch.globalTransactionId())
                .setBranchQualifier(branch.branchQualifier())
                .setInstanceName(branch.instanceName())
                .setSubscription(clear.subscription())
                .setSequence(clear.sequence())
                .build();
    }
}
