package org.pmuconnector.pmu.firmware;

import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.PersistentMemory;

/** Where catalog entries are and how they are found again; what is in them is the manager's. */
public final class CatalogSlots {

    /** The longest catalog entry. */
    public static final int MAX_ENTRY_BYTES = PageCopy.MAX_BODY_BYTES;

    private CatalogSlots() {}

    static PagePair pages(PersistentMemory memory, int slot) {
        return new PagePair(memory, UnitLayout.slotOffset(slot), PageCopy.CATALOG_MAGIC);
    }

    /** Nothing was ever written, or not to the end; one of the copies may have been damaged since. */
    private static boolean isUnwritten(PagePair pages) {
        return pages.hasCopy(PageCopy.State.EMPTY)
                && !pages.hasCopy(PageCopy.State.DAMAGED)
                && !pages.hasCopy(PageCopy.State.FOREIGN);
    }

    static byte[] read(PagePair pages, int slot, String where) throws PmuException {
        PageCopy newest = pages.newest();
        if (newest == null) {
            if (!isUnwritten(pages)) {
                throw new PmuException(
                        ErrorCode.UNIT_DAMAGED,
                        where + ": no copy of catalog slot " + slot
                                + " passes its check; restore the unit from a copy");
            }
            return new byte[0];
        }
        if (newest.version() != PageCopy.VERSION) {
            throw new PmuException(
                    ErrorCode.UNIT_FORMAT_UNSUPPORTED,
                    where + ": catalog slot " + slot + " has format version " + newest.version()
                            + ", and this release knows " + PageCopy.VERSION + "; use the release that wrote it");
        }
        return newest.body();
    }
}
