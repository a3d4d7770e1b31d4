package org.pmuconnector.pmu.manager;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.CatalogSlots;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.firmware.UnitLayout;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;
import org.pmuconnector.pmu.manager.catalog.CatalogState;
import org.pmuconnector.pmu.translation.Mapping;

/**
 * Which regions there are: finding, creating and changing them, and telling those that watch. Every change is persisted
 * before anybody is told. One thread at a time, under the manager's lock.
 */
final class Regions {

    /** Kept free in a catalog entry for epochs and their primaries. */
    static final int ENTRY_RESERVE_BYTES = 512;

    private final BridgeSession session;
    private final Housekeeping housekeeping;
    private final RegionCatalog catalog;
    private final SpaceAllocator space;
    private final int slotCount;
    private final BitSet usedSlots = new BitSet();
    private final List<ManagedRegion> remains = new ArrayList<>();
    private final NavigableMap<String, ManagedRegion> byName = new TreeMap<>();
    private int unwiped;

    private Regions(BridgeSession session, RegionCatalog catalog, Housekeeping housekeeping) {
        this.session = session;
        this.housekeeping = housekeeping;
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
    static Regions load(
            BridgeSession session, MonotonicClock clock, ManagerSettings settings, Housekeeping housekeeping)
            throws PmuException {
        RegionCatalog catalog = new SlotCatalog(session);
        Regions regions = new Regions(session, catalog, housekeeping);
        long waitMillis = (long) settings.leaseMillis() + settings.reconnectGraceMillis();
        long until = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        TableBatch batch = new TableBatch();
        for (Map.Entry<Integer, CatalogRegion> found : catalog.load().entrySet()) {
            CatalogRegion entry = found.getValue();
            regions.takeRuns(entry);
            if (entry.getState() != CatalogState.CATALOG_STATE_ACTIVE) {
                regions.usedSlots.set(found.getKey());
                regions.remains.add(new ManagedRegion(found.getKey(), entry, Role.VACANT, "deleted"));
                regions.unwiped++;
                continue;
            }
            ManagedRegion region = new ManagedRegion(found.getKey(), entry, Role.VACANT, evidence(entry));
            requireLevel(session, region);
            if (region.hasPrimary() && settings.awaitsPrimaries()) {
                region.role = Role.AWAITED;
                region.awaitedUntilNanos = until;
                region.evidence = "unit started; " + entry.getPrimaryInstance() + " may return within " + waitMillis
                        + " ms of that";
            }
            batch.map(region.slot, mapping(entry));
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

    /** Where two have the same bytes, the bridge refuses to map them. */
    private void takeRuns(CatalogRegion entry) {
        runs(entry).forEach(space::take);
    }

    /** All that is not free because of an entry. */
    static List<CatalogRun> runs(CatalogRegion entry) {
        List<CatalogRun> runs = new ArrayList<>(entry.getRunsList());
        runs.addAll(entry.getGrowth().getRunsList());
        runs.addAll(entry.getLeftRunsList());
        return runs;
    }

    /** A unit that was copied to where the power takes it away must not acknowledge what it cannot keep. */
    private static void requireLevel(BridgeSession session, ManagedRegion region) throws PmuException {
        PersistenceLevel level = region.properties().level();
        if (!session.highestLevel().satisfies(level)) {
            throw new PmuException(
                    ErrorCode.LEVEL_NOT_OFFERED,
                    "region " + region.name() + " has level " + level + ", and " + session.memoryDescription()
                            + " offers " + session.highestLevel() + " at most; start the unit where its file was");
        }
    }

    private static String evidence(CatalogRegion entry) {
        if (entry.getEpoch() == 0) {
            return "never claimed";
        }
        return entry.getPrimaryTokenHash().isEmpty() ? "resigned" : "unit started; its clients cannot have survived";
    }

    private static Mapping mapping(CatalogRegion entry) throws PmuException {
        try {
            return ManagedRegion.mapping(entry);
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

    /** What was not removed to the end before the unit was stopped. */
    List<ManagedRegion> remains() {
        return List.copyOf(remains);
    }

    Collection<ManagedRegion> all() {
        return byName.values();
    }

    /** At most so many, those behind a name, by name. */
    List<RegionStatus> list(String afterName, int most, Predicate<ManagedRegion> shown) {
        return byName.tailMap(afterName, false).values().stream()
                .filter(shown)
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
        if (region.isImporting()) {
            throw new PmuException(
                    ErrorCode.REGION_UNKNOWN, "region " + name + " is still being imported; try again later");
        }
        return region;
    }

    /** The region of that name, new and the principal's if there was none; with those properties. */
    ManagedRegion create(RegionProperties properties, Principal principal) throws PmuException {
        if (byName.containsKey(properties.name())) {
            ManagedRegion present = find(properties.name());
            Access.requireSight(present, principal);
            String differences = present.properties().differences(properties);
            if (differences.isEmpty()) {
                return present;
            }
            throw new PmuException(
                    ErrorCode.REGION_MISMATCH,
                    "region " + properties.name() + " exists and has " + differences
                            + "; ask for what it has, or choose another name");
        }
        RegionSize size = RegionSize.atLeast(properties.sizeBytes());
        return create(properties, size.extentBytes(), CatalogState.CATALOG_STATE_ACTIVE, principal);
    }

    /** A new region that only its importer can use yet. */
    ManagedRegion createToImport(RegionProperties properties, long extentBytes, Principal principal)
            throws PmuException {
        if (byName.containsKey(properties.name())) {
            throw new PmuException(
                    ErrorCode.REGION_MISMATCH,
                    "region " + properties.name() + " exists; import under another name, or delete it first");
        }
        return create(properties, extentBytes, CatalogState.CATALOG_STATE_IMPORTING, principal);
    }

    private ManagedRegion create(RegionProperties properties, long extentBytes, CatalogState state, Principal principal)
            throws PmuException {
        Access.requireCreation(properties.name(), principal);
        int slot = freeSlot();
        List<CatalogRun> runs = allocate(properties.name(), new RegionSize(properties.sizeBytes(), extentBytes));
        CatalogRegion entry = CatalogRegion.newBuilder()
                .setName(properties.name())
                .setSizeBytes(properties.sizeBytes())
                .setExtentBytes(extentBytes)
                .setState(state)
                .addAllRuns(runs)
                .setMaxBaseBytes(properties.maxBaseBytes())
                .setLevel(ManagedRegion.catalogLevel(properties.level()))
                .setRetention(ManagedRegion.catalogRetention(properties.retention()))
                .setOwner(principal.name())
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

    /** Takes room. */
    List<CatalogRun> allocate(String name, RegionSize size) throws PmuException {
        List<CatalogRun> runs = space.allocate(size.sizeBytes(), size.extentBytes());
        if (runs.isEmpty() && housekeeping.hurry()) {
            runs = space.allocate(size.sizeBytes(), size.extentBytes());
        }
        if (runs.isEmpty()) {
            throw new PmuException(
                    ErrorCode.UNIT_FULL,
                    "region " + name + ": no room for " + size.sizeBytes() + " bytes in pieces of " + size.extentBytes()
                            + "; the unit has " + freeBytes() + " free"
                            + (unwiped == 0 ? "" : ", and more when " + unwiped + " deleted regions are wiped"));
        }
        return runs;
    }

    /** Gives back what has been wiped. */
    void release(List<CatalogRun> runs) {
        runs.forEach(space::release);
    }

    /** A region is there no more, but its room and its slot are not free yet. */
    void takeOut(ManagedRegion region) {
        byName.remove(region.name(), region);
        unwiped++;
        for (ManagedConnection watcher : List.copyOf(region.watchers)) {
            watcher.watches.remove(region);
        }
        region.watchers.clear();
        region.candidates.clear();
    }

    /** A region's room has been wiped: it is free. */
    void forget(ManagedRegion region) throws PmuException {
        catalog.remove(region.slot);
        release(runs(region.entry));
        usedSlots.clear(region.slot);
        unwiped--;
    }

    private int freeSlot() throws PmuException {
        int slot = usedSlots.nextClearBit(0);
        if (slot >= slotCount && housekeeping.hurry()) {
            slot = usedSlots.nextClearBit(0);
        }
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

    /** Persists what is new in an entry, and tells those that watch. */
    void changeIfNew(ManagedRegion region, CatalogRegion next) throws PmuException {
        if (!next.equals(region.entry)) {
            change(region, next);
            announce(region);
        }
    }

    /**
     * The same for what a region can do without: it must not take the room in the entry that a takeover needs.
     *
     * @throws PmuException {@code LIMIT_REACHED}
     */
    void addIfRoom(ManagedRegion region, CatalogRegion next) throws PmuException {
        int most = CatalogSlots.MAX_ENTRY_BYTES - ENTRY_RESERVE_BYTES;
        if (next.getSerializedSize() > most) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "region " + region.name() + ": its catalog entry would have " + next.getSerializedSize()
                            + " bytes of " + most
                            + "; settle branches in doubt, let parked sets go, or use fewer subscriptions");
        }
        changeIfNew(region, next);
    }

    void watch(ManagedRegion region, ManagedConnection connection) {
        region.watchers.add(connection);
        connection.watches.add(region);
    }

    void unwatch(ManagedRegion region, ManagedConnection connection) {
        region.watchers.remove(connection);
        region.candidates.withdraw(connection);
        connection.watches.remove(region);
    }

    void unwatch(ManagedConnection connection) {
        List.copyOf(connection.watches).forEach(region -> unwatch(region, connection));
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
