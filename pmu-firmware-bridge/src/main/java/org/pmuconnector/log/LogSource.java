package org.pmuconnector.log;

import java.util.List;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.PmuException;

/** Where a reader learns what the manager knows of the region's log. */
@FunctionalInterface
public interface LogSource {

    /**
     * The bounds of the log at one moment.
     *
     * @param epochStarts where each epoch that may be in the ring begins, oldest first
     * @param trimPosition what lies before is freed; a group begins there
     */
    record Bounds(List<EpochStart> epochStarts, long trimPosition) {}

    /** The bounds now. */
    Bounds bounds() throws PmuException;
}
