package org.pmuconnector.pmu.manager;

import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.firmware.UnitLayout;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;
import org.pmuconnector.pmu.translation.Mapping;

/**
 * Which regions there are: finding, creating and changing them, and telling those that watch. Every change is persisted
 * before anybody is told. One thread at a time, under the manager's lock.
 */
final class Regions {

    private final BridgeSession session;
    private final RegionCatalog catalog;
    private final SpaceAllocator space;
    private final int slotCount;
    private final BitSet usedSlots = new BitSet();
    private final NavigableMap<String, ManagedRegion> byName = new TreeMap<>();

    private Regions(BridgeSession session, RegionCatalog catalog) {
        this.session = session;
        this.catalog = catalog;
        // What remains beyond the last whole unit of allocation is of no use.
        long end = session.superblock().sizeBytes() & -UnitLayout.ALLOCATION_BYTES;
        this.space = new SpaceAllocator(session.superblock().dataOffset(), end);
        this.slotCount = session.superblock().slotCount();
    }

    /**
     * The regions of a unit that is just starting; all are mapped. One that has a primary is kept for it until lease and
     * grace have passed, where the settings say so: this unit cannot know whether it is still there.
     */
    static Regions load(BridgeSession session, MonotonicClock clock, ManagerSettings settings) throws PmuException {
        RegionCatalog catalog = new SlotCatalog(session);
        Regions regions = new Regions(session, catalog);
        long waitMillis = (long) settings.leaseMillis() + settings.reconnectGraceMillis();
        long until = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        TableBatch batch = new TableBatch();
        for (Map.Entry<Integer, CatalogRegion> found : catalog.load().entrySet()) {
            CatalogRegion entry = found.getValue();
            ManagedRegion region = new ManagedRegion(found.getKey(), entry, Role.VACANT, evidence(entry));
            if (region.hasPrimary() && settings.awaitsPrimaries()) {
                region.role = Role.AWAITED;
                region.awaitedUntilNanos = until;
                region.evidence = "unit started; " + entry.getPrimaryInstance() + " may return within " + waitMillis
                        + " ms of that";
            }
            batch.map(region.slot, mapping(entry));
            // Where two have the same bytes, the bridge refuses the batch.
            entry.getRunsList().forEach(regions.space::take);
            regions.add(region);
        }
        try {
            session.apply(batch);
        } catch (PmuException e) {
            throw new PmuException(
                    ErrorCode.UNIT_DAMAGED, "the catalog's regions contradict each other: " + e.getMessage(), e);
        }
        return regions;
    }

    private static String evidence(CatalogRegion entry) {
        if (entry.getEpoch() == 0) {
            return "never claimed";
        }
        return entry.getPrimaryTokenHash().isEmpty() ? "resigned" : "unit started; its clients cannot have survived";
    }

    private static Mapping mapping(CatalogRegion entry) throws PmuException {
        try {
            return new Mapping(SpaceAllocator.extents(entry.getRunsList()));
        } catch (IllegalArgumentException e) {
            throw new PmuException(
                    ErrorCode.UNIT_DAMAGED,
                    "region " + entry.getName() + ": " + e.getMessage() + "; restore the unit from a copy",
                    e);
        }
    }

    private void add(ManagedRegion region) {
        byName.put(region.name(), region);
        usedSlots.set(region.slot);
    }

    Collection<ManagedRegion> all() {
        return byName.values();
    }

    /** At most so many, those behind a name, by name. */
    List<RegionStatus> list(String afterName, int most) {
        return byName.tailMap(afterName, false).values().stream()
                .limit(most)
                .map(ManagedRegion::status)
                .toList();
    }

    /** How many regions there are in each role. */
    Map<Role, Integer> roleCounts() {
        Map<Role, Integer> counts = new EnumMap<>(Role.class);
        byName.values().forEach(region -> counts.merge(region.role, 1, Integer::sum));
        return counts;
    }

    long freeBytes() {
        return space.freeBytes();
    }

    ManagedRegion find(String name) throws PmuException {
        ManagedRegion region = byName.get(name);
        if (region == null) {
            throw new PmuException(
                    ErrorCode.REGION_UNKNOWN,
                    "the unit has no region '" + RegionProperties.shown(name) + "'; create it first");
        }
        return region;
    }

    /** The region of that name, new if there was none; with exactly those properties. */
    ManagedRegion create(RegionProperties properties) throws PmuException {
        ManagedRegion present = byName.get(properties.name());
        if (present != null) {
            String differences = present.properties().differences(properties);
            if (differences.isEmpty()) {
                return present;
            }
            throw new PmuException(
                    ErrorCode.REGION_MISMATCH,
                    "region " + properties.name() + " exists and has " + differences
                            + "; ask for what it has, or choose another name");
        }
        int slot = freeSlot();
        List<CatalogRun> runs = space.allocate(properties.sizeBytes());
        if (runs.isEmpty()) {
            throw new PmuException(
                    ErrorCode.UNIT_FULL,
                    "region " + properties.name() + ": no room for " + properties.sizeBytes() + " bytes; the unit has "
                            + freeBytes() + " free, and every GiB of a region is in one piece");
        }
        CatalogRegion entry = CatalogRegion.newBuilder()
                .setName(properties.name())
                .setSizeBytes(properties.sizeBytes())
                .addAllRuns(runs)
                .setMaxBaseBytes(properties.maxBaseBytes())
                .setLevel(ManagedRegion.catalogLevel(properties.level()))
                .setRetention(ManagedRegion.catalogRetention(properties.retention()))
                .build();
        try {
            catalog.store(slot, entry);
            session.apply(new TableBatch().map(slot, mapping(entry)));
        } catch (PmuException | RuntimeException e) {
            runs.forEach(space::release);
            throw e;
        }
        ManagedRegion region = new ManagedRegion(slot, entry, Role.VACANT, "never claimed");
        add(region);
        return region;
    }

    private int freeSlot() throws PmuException {
        int slot = usedSlots.nextClearBit(0);
        if (slot < slotCount) {
            return slot;
        }
        throw new PmuException(
                ErrorCode.LIMIT_REACHED,
                "the unit has " + slotCount + " regions, as many as one of its size can have; use another unit");
    }

    /** Makes a change durable, and only then true. */
    void change(ManagedRegion region, CatalogRegion next) throws PmuException {
        if (!next.equals(region.entry)) {
            catalog.store(region.slot, next);
            region.entry = next;
        }
    }

    void watch(ManagedRegion region, ManagedConnection connection) {
        region.watchers.add(connection);
        connection.watches.add(region);
    }

    void unwatch(ManagedConnection connection) {
        connection.watches.forEach(region -> region.watchers.remove(connection));
        connection.watches.clear();
    }

    /** Tells everyone who watches. */
    void announce(ManagedRegion region) {
        if (region.watchers.isEmpty()) {
            return;
        }
        RegionStatus status = region.status();
        // A copy: a watcher that does not take its events is disconnected on the way.
        for (ManagedConnection watcher : List.copyOf(region.watchers)) {
            watcher.peer.regionChanged(status);
        }
    }
}
