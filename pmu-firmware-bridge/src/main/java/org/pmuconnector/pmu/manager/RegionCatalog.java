package org.pmuconnector.pmu.manager;

import java.util.Map;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;

/** Where the manager's decisions are kept. Two methods, so that it may one day be replicated. One thread at a time. */
interface RegionCatalog {

    /**
     * All entries, by slot.
     *
     * @throws PmuException {@code UNIT_DAMAGED} or {@code UNIT_FORMAT_UNSUPPORTED}
     */
    Map<Integer, CatalogRegion> load() throws PmuException;

    /**
     * Replaces an entry. When this returns it is persisted; when it throws, the old one is what counts.
     *
     * @throws PmuException {@code UNIT_IO}, or {@code LIMIT_REACHED} if the entry is too long
     */
    void store(int slot, CatalogRegion entry) throws PmuException;

    /**
     * Removes an entry. When this returns that is persisted; when it throws, the entry is what counts.
     *
     * @throws PmuException {@code UNIT_IO}
     */
    void remove(int slot) throws PmuException;
}
