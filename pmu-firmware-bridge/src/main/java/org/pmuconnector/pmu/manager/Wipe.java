package org.pmuconnector.pmu.manager;

import java.util.List;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;

/**
 * Makes runs zero that are no region's any more. Only then they are free: a new region never shows what an old one held.
 */
final class Wipe implements Housekeeping.Task {

    /** What follows. */
    @FunctionalInterface
    interface Then {
        void run() throws PmuException;
    }

    private final String what;
    private final BridgeSession session;
    private final List<CatalogRun> runs;
    private final Then then;
    private int index;
    private long doneBytes;

    Wipe(String what, BridgeSession session, List<CatalogRun> runs, Then then) {
        this.what = what;
        this.session = session;
        this.runs = List.copyOf(runs);
        this.then = then;
    }

    @Override
    public boolean step() throws PmuException {
        if (index < runs.size()) {
            CatalogRun run = runs.get(index);
            long part = Math.min(BridgeSession.MAX_MOVED_BYTES, run.getLengthBytes() - doneBytes);
            session.wipe(run.getOffsetBytes() + doneBytes, part);
            doneBytes += part;
            if (doneBytes == run.getLengthBytes()) {
                index++;
                doneBytes = 0;
            }
        }
        if (index < runs.size()) {
            return false;
        }
        then.run();
        return true;
    }

    @Override
    public String what() {
        return what;
    }
}
