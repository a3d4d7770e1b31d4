package org.pmuconnector.pmu.firmware;

import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.PersistentMemory;

/**
 * Reads what a unit that is not running has in its pages, and changes nothing: no manager's proof is needed for that. One
 * thread at a time.
 */
public final class UnitInspector {

    private final PersistentMemory memory;
    private final String where;
    private final Superblock superblock;
    private final List<String> notes = new ArrayList<>();

    /**
     * Looks at the unit in a memory.
     *
     * @param where names the unit in messages
     * @throws PmuException {@code UNIT_NOT_FORMATTED}, {@code UNIT_DAMAGED} or {@code UNIT_FORMAT_UNSUPPORTED}
     */
    public UnitInspector(PersistentMemory memory, String where) throws PmuException {
        this.memory = memory;
        this.where = where;
        PagePair pages = Superblock.pages(memory);
        this.superblock = Superblock.find(pages, where);
        note("superblock", pages);
    }

    /** What the unit says of itself. */
    public Superblock superblock() {
        return superblock;
    }

    /**
     * A catalog entry's bytes, none if the slot has never been written.
     *
     * @throws PmuException {@code UNIT_DAMAGED} or {@code UNIT_FORMAT_UNSUPPORTED}
     */
    public byte[] catalogEntry(int slot) throws PmuException {
        PagePair pages = CatalogSlots.pages(memory, slot);
        byte[] entry = CatalogSlots.read(pages, slot, where);
        note("catalog slot " + slot, pages);
        return entry;
    }

    private void note(String what, PagePair pages) {
        for (int copy = 0; copy < 2; copy++) {
            PageCopy.State state = pages.state(copy);
            if (state == PageCopy.State.BLEMISHED) {
                notes.add(what + ": copy " + copy + " is damaged, but was never written");
            } else if (state == PageCopy.State.DAMAGED || state == PageCopy.State.FOREIGN) {
                notes.add(what + ": copy " + copy
                        + " does not pass its check, the other one does; an update may have been cut short");
            }
        }
        if (pages.hasOlderCopy()) {
            notes.add(what + ": one copy is older; the unit's next start brings it up to date");
        }
    }

    /** What was unusual about the pages read so far, though it does no harm. */
    public List<String> notes() {
        return List.copyOf(notes);
    }
}
