package org.pmuconnector.pmu.firmware;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.translation.Mapping;

/**
 * Changes to the tables that are made all or not at all. They take effect in this order, whatever the order they were
 * added in: keys are revoked, and no access under them can be in progress any more; slots are unmapped; slots are
 * mapped; keys are bound. One thread at a time.
 */
public final class TableBatch {

    /**
     * A slot and where its bytes shall be.
     *
     * @param slot the region's
     * @param mapping its extents
     */
    public record Placement(int slot, Mapping mapping) {}

    private final List<Integer> revoked = new ArrayList<>();
    private final List<Integer> unmapped = new ArrayList<>();
    private final List<Placement> mapped = new ArrayList<>();
    private final List<KeyBinding> bound = new ArrayList<>();

    /** Ends a key; one that is not bound is passed over. */
    public TableBatch revoke(int key) {
        revoked.add(key);
        return this;
    }

    /** Takes a slot's bytes away. */
    public TableBatch unmap(int slot) {
        unmapped.add(slot);
        return this;
    }

    /** Gives a slot its bytes. */
    public TableBatch map(int slot, Mapping mapping) {
        mapped.add(new Placement(slot, mapping));
        return this;
    }

    /** Draws a key. */
    public TableBatch bind(KeyBinding binding) {
        bound.add(binding);
        return this;
    }

    /** The keys to end. */
    public List<Integer> revoked() {
        return Collections.unmodifiableList(revoked);
    }

    /** The slots to take the bytes of. */
    public List<Integer> unmapped() {
        return Collections.unmodifiableList(unmapped);
    }

    /** The slots to give bytes. */
    public List<Placement> mapped() {
        return Collections.unmodifiableList(mapped);
    }

    /** The keys to draw. */
    public List<KeyBinding> bound() {
        return Collections.unmodifiableList(bound);
    }
}
