package org.pmuconnector.pmu.manager;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.firmware.UnitInspector;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogState;
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;

/**
 * A region of a unit that is not running.
 *
 * @param slot in the catalog
 * @param status as far as it is persistent
 * @param mapping where its bytes are
 */
public record StoredRegion(int slot, RegionStatus status, Mapping mapping) {

    /**
     * Reads a unit's whole catalog and checks it against itself.
     *
     * @param problems takes what is wrong, one sentence each
     * @return the regions that can be made sense of
     */
    public static List<StoredRegion> readAll(UnitInspector unit, List<String> problems) {
        List<StoredRegion> regions = new ArrayList<>();
        Map<String, Integer> slotOfName = new HashMap<>();
        TreeMap<Long, Extent> taken = new TreeMap<>();
        for (int slot = 0; slot < unit.superblock().slotCount(); slot++) {
            try {
                byte[] bytes = unit.catalogEntry(slot);
                if (bytes.length == 0) {
                    continue;
                }
                CatalogRegion entry = SlotCatalog.parse(slot, bytes);
                if (entry.getState() != CatalogState.CATALOG_STATE_ACTIVE) {
                    // Of no use to anybody: the unit's next start removes it.
                    checkPlace(entry.getName(), extents(entry), unit.superblock(), taken, problems);
                    continue;
                }
                Integer other = slotOfName.put(entry.getName(), slot);
                if (other != null) {
                    problems.add("catalog slots " + other + " and " + slot + " both have a region " + entry.getName());
                }
                checkPlace(entry.getName(), extents(entry), unit.superblock(), taken, problems);
                String evidence = "the unit is not running";
                regions.add(new StoredRegion(
                        slot,
                        new ManagedRegion(slot, entry, Role.VACANT, evidence).status(),
                        ManagedRegion.mapping(entry)));
            } catch (PmuException e) {
                problems.add(e.getMessage());
            } catch (IllegalArgumentException e) {
                problems.add("catalog slot " + slot + " contradicts itself: " + e.getMessage());
            }
        }
        return regions;
    }

    /** Fills the sink with the region's bytes from an offset on; the unit's memory is read without any table. */
    public void read(PersistentMemory memory, long offset, ByteBuffer sink) {
        long at = offset;
        while (sink.hasRemaining()) {
            int extent = mapping.extentIndex(at);
            int part = (int) Math.min(sink.remaining(), mapping.contiguousBytes(extent, at));
            memory.read(mapping.physicalOffset(extent, at), sink, part);
            at += part;
        }
    }

    /** All that is not free because of an entry, whatever it is for. */
    private static List<Extent> extents(CatalogRegion entry) {
        long extentBytes = RegionSize.MAX_EXTENT_BYTES;
        List<Extent> extents = new ArrayList<>();
        Regions.runs(entry).forEach(run -> extents.addAll(SpaceAllocator.extents(List.of(run), extentBytes)));
        return extents;
    }

    private static void checkPlace(
            String name,
            List<Extent> extents,
            Superblock superblock,
            TreeMap<Long, Extent> taken,
            List<String> problems) {
        for (Extent extent : extents) {
            long end = extent.physicalOffset() + extent.lengthBytes();
            if (extent.physicalOffset() < superblock.dataOffset() || end > superblock.sizeBytes()) {
                problems.add("region " + name + " has bytes outside of the unit's data");
            }
            Map.Entry<Long, Extent> before = taken.lowerEntry(end);
            if (before != null && before.getKey() + before.getValue().lengthBytes() > extent.physicalOffset()) {
                problems.add("region " + name + " shares bytes with another");
            }
            taken.put(extent.physicalOffset(), extent);
        }
    }
}
