package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.INFO;

import com.google.protobuf.ByteString;
import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.manager.catalog.CatalogGrowth;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;
import org.pmuconnector.pmu.translation.Mapping;

/**
 * Makes regions longer. The epoch ends, as in a takeover; what the ring holds is copied to a longer one, each log position
 * to where it lies there; then one change of the catalog's entry makes the longer one the region. Before that change it is
 * wholly the old one, after it wholly the new one. One thread at a time, under the manager's lock.
 */
final class Growth {

    private static final System.Logger LOG = System.getLogger(Growth.class.getName());

    private final BridgeSession session;
    private final Regions regions;
    private final KeyRing keys;
    private final Housekeeping housekeeping;

    Growth(BridgeSession session, Regions regions, KeyRing keys, Housekeeping housekeeping) {
        this.session = session;
        this.regions = regions;
        this.keys = keys;
        this.housekeeping = housekeeping;
        for (ManagedRegion region : regions.all()) {
            if (region.isGrowing()) {
                begin(region);
            } else if (region.entry.getLeftRunsCount() > 0) {
                wipeLeft(region);
            }
        }
    }

    /** Begins to make a region at least so long. One that is so long already is left as it is. */
    void grow(ManagedRegion region, long bytes) throws PmuException {
        CatalogRegion entry = region.entry;
        if (bytes <= entry.getSizeBytes()
                || (region.isGrowing() && bytes <= entry.getGrowth().getSizeBytes())) {
            return;
        }
        if (region.isGrowing() || entry.getLeftRunsCount() > 0) {
            throw new PmuException(
                    ErrorCode.PRIMARY_EXISTS,
                    "region " + region.name() + " has not done with growing before; try again in a moment");
        }
        RegionSize size = ManagedRegion.size(entry).grownTo(bytes);
        if (size == null) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "region " + region.name() + " of " + entry.getSizeBytes() + " bytes cannot grow to " + bytes
                            + ": it grows to a multiple of its size, up to 1 TiB");
        }
        List<CatalogRun> runs = regions.allocate(region.name(), size);
        try {
            // First of all: without a device's confirmation the region stays what it was.
            keys.revokeWriters(region);
            regions.change(
                    region,
                    entry.toBuilder()
                            .setEpoch(entry.getEpoch() + 1)
                            .setPrimaryInstance("")
                            .setPrimaryTokenHash(ByteString.EMPTY)
                            .setGrowth(CatalogGrowth.newBuilder()
                                    .setSizeBytes(size.sizeBytes())
                                    .setExtentBytes(size.extentBytes())
                                    .addAllRuns(runs))
                            .build());
        } catch (PmuException | RuntimeException e) {
            regions.release(runs);
            throw e;
        }
        begin(region);
        LOG.log(INFO, "region {0}: {1}", region.name(), region.evidence);
        regions.announce(region);
    }

    private void begin(ManagedRegion region) {
        region.grantedSinceStart = false;
        region.role = Role.AWAITED;
        region.evidence = "growing to " + region.entry.getGrowth().getSizeBytes() + " bytes";
        housekeeping.add(new Copy(region));
    }

    /** Copies what the ring holds; from the beginning again if the unit was started in between. */
    private final class Copy implements Housekeeping.Task {

        private final ManagedRegion region;
        private final Mapping from;
        private final Mapping to;
        private final long endPosition;
        private long position;

        private Copy(ManagedRegion region) {
            this.region = region;
            CatalogGrowth growth = region.entry.getGrowth();
            this.from = ManagedRegion.mapping(region.entry);
            this.to = new Mapping(SpaceAllocator.extents(growth.getRunsList(), growth.getExtentBytes()));
            this.position = region.entry.getTrimPosition();
            // Nothing was ever written where no epoch has begun.
            this.endPosition = region.entry.getEpochStartsCount() == 0 ? position : position + from.lengthBytes();
        }

        @Override
        public boolean step() throws PmuException {
            if (region.isDeleted()) {
                return true;
            }
            long budgetBytes = BridgeSession.MAX_MOVED_BYTES;
            while (budgetBytes > 0 && position < endPosition) {
                long fromOffset = position % from.lengthBytes();
                long toOffset = position % to.lengthBytes();
                int fromExtent = from.extentIndex(fromOffset);
                int toExtent = to.extentIndex(toOffset);
                long part = Math.min(
                        Math.min(budgetBytes, endPosition - position),
                        Math.min(from.contiguousBytes(fromExtent, fromOffset), to.contiguousBytes(toExtent, toOffset)));
                session.copy(from.physicalOffset(fromExtent, fromOffset), to.physicalOffset(toExtent, toOffset), part);
                position += part;
                budgetBytes -= part;
            }
            if (position < endPosition) {
                return false;
            }
            complete(region);
            return true;
        }

        @Override
        public String what() {
            return "growing region " + region.name();
        }
    }

    private void complete(ManagedRegion region) throws PmuException {
        CatalogGrowth growth = region.entry.getGrowth();
        CatalogRegion next = region.entry.toBuilder()
                .setSizeBytes(growth.getSizeBytes())
                .setExtentBytes(growth.getExtentBytes())
                .clearRuns()
                .addAllRuns(growth.getRunsList())
                .clearGrowth()
                .addAllLeftRuns(region.entry.getRunsList())
                .build();
        // Before the catalog says so: without a device's confirmation the region goes on growing after the next start.
        keys.revokeRegion(region);
        regions.change(region, next);
        session.apply(new TableBatch().unmap(region.slot).map(region.slot, ManagedRegion.mapping(next)));
        keys.disconnectUsers(region, "region " + region.name() + " has grown; open it again");
        region.role = Role.VACANT;
        region.evidence = "grown to " + next.getSizeBytes() + " bytes";
        LOG.log(INFO, "region {0}: {1}", region.name(), region.evidence);
        regions.announce(region);
        wipeLeft(region);
    }

    private void wipeLeft(ManagedRegion region) {
        List<CatalogRun> left = region.entry.getLeftRunsList();
        housekeeping.add(new Wipe("wiping what region " + region.name() + " has left", session, left, () -> {
            // Where it was deleted meanwhile, they are among what is wiped and freed for that.
            if (!region.isDeleted()) {
                regions.change(region, region.entry.toBuilder().clearLeftRuns().build());
                regions.release(left);
            }
        }));
    }
}
