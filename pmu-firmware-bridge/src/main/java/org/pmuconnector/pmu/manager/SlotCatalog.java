package org.pmuconnector.pmu.manager;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.CatalogSlots;
import org.pmuconnector.pmu.manager.catalog.CatalogGrowth;
import org.pmuconnector.pmu.manager.catalog.CatalogLevel;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogRetention;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;
import org.pmuconnector.pmu.manager.catalog.CatalogState;

/** The catalog in the unit's own memory: one entry in each slot's pair of pages. */
final class SlotCatalog implements RegionCatalog {

    private final BridgeSession session;

    SlotCatalog(BridgeSession session) {
        this.session = session;
    }

    @Override
    public Map<Integer, CatalogRegion> load() throws PmuException {
        Map<Integer, CatalogRegion> entries = new TreeMap<>();
        Set<String> names = new HashSet<>();
        int slotCount = session.superblock().slotCount();
        for (int first = 0; first < slotCount; first += BridgeSession.MAX_ENTRIES_AT_ONCE) {
            int count = Math.min(BridgeSession.MAX_ENTRIES_AT_ONCE, slotCount - first);
            List<byte[]> found = session.readCatalogEntries(first, count);
            for (int i = 0; i < count; i++) {
                if (found.get(i).length > 0) {
                    CatalogRegion entry = parse(first + i, found.get(i));
                    if (entry.getState() != CatalogState.CATALOG_STATE_DELETED && !names.add(entry.getName())) {
                        throw damaged(first + i, "is a second region named " + entry.getName(), null);
                    }
                    entries.put(first + i, entry);
                }
            }
        }
        return entries;
    }

    static CatalogRegion parse(int slot, byte[] bytes) throws PmuException {
        CatalogRegion entry;
        try {
            entry = CatalogRegion.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw damaged(slot, "cannot be understood", e);
        }
        boolean sound = RegionProperties.isName(entry.getName())
                && entry.getSizeBytes() >= RegionProperties.MIN_SIZE_BYTES
                && entry.getSizeBytes() == bytes(entry.getRunsList())
                && ManagedRegion.size(entry).isSound()
                && isSound(entry.getGrowth(), entry.hasGrowth())
                && entry.getEpoch() >= 0
                && entry.getTrimPosition() >= 0
                && known(entry.getLevel())
                && known(entry.getRetention())
                && entry.getState() != CatalogState.UNRECOGNIZED;
        if (!sound) {
            throw damaged(slot, "contradicts itself", null);
        }
        return entry;
    }

    private static boolean isSound(CatalogGrowth growth, boolean present) {
        return !present
                || (growth.getSizeBytes() == bytes(growth.getRunsList())
                        && new RegionSize(growth.getSizeBytes(), growth.getExtentBytes()).isSound());
    }

    private static long bytes(List<CatalogRun> runs) {
        return runs.stream().mapToLong(CatalogRun::getLengthBytes).sum();
    }

    private static boolean known(CatalogLevel level) {
        return level == CatalogLevel.CATALOG_LEVEL_VISIBLE || level == CatalogLevel.CATALOG_LEVEL_PERSISTENT;
    }

    private static boolean known(CatalogRetention retention) {
        return retention == CatalogRetention.CATALOG_RETENTION_BASE
                || retention == CatalogRetention.CATALOG_RETENTION_CLEARED;
    }

    @Override
    public void store(int slot, CatalogRegion entry) throws PmuException {
        byte[] bytes = entry.toByteArray();
        if (bytes.length > CatalogSlots.MAX_ENTRY_BYTES) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "region " + entry.getName() + ": its catalog entry would have " + bytes.length
                            + " bytes of at most "
                            + CatalogSlots.MAX_ENTRY_BYTES
                            + "; use fewer or shorter subscriptions, or write a base so that old epochs are freed");
        }
        session.writeCatalogEntry(slot, bytes);
    }

    @Override
    public void remove(int slot) throws PmuException {
        session.writeCatalogEntry(slot, new byte[0]);
    }

    private static PmuException damaged(int slot, String what, Exception cause) {
        return new PmuException(
                ErrorCode.UNIT_DAMAGED,
                "catalog slot " + slot + " passes its check but " + what + "; restore the unit from a copy",
                cause);
    }
}
