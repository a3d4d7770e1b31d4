package org.pmuconnector.daemon;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.UnitTicker;
import org.pmuconnector.pmu.memory.MemoryChoice;

/** A running unit with its ticker and all that stands in front of it, taken down together in the right order. */
final class ServedUnit implements AutoCloseable {

    private final Unit unit;
    private final UnitTicker ticker;
    private final Deque<Runnable> fronts = new ArrayDeque<>();

    private ServedUnit(Unit unit, UnitTicker ticker) {
        this.unit = unit;
        this.ticker = ticker;
    }

    /**
     * Starts the unit in a file.
     *
     * @param managers where managers in other processes connect to; null for a unit with a manager of its own
     * @throws PmuException as {@link Unit#open} and {@link Unit#openForManagers}
     */
    static ServedUnit open(Path path, MemoryChoice memory, InetSocketAddress managers, UnitOptions options)
            throws PmuException {
        Unit unit = managers == null
                ? Unit.open(path, memory, options)
                : Unit.openForManagers(path, memory, managers, options);
        return new ServedUnit(unit, new UnitTicker(unit, path.toString()));
    }

    Unit unit() {
        return unit;
    }

    /** Something now stands in front of the unit; {@code close} takes it down. */
    synchronized void inFront(Runnable close) {
        fronts.push(close);
    }

    @Override
    public synchronized void close() {
        unit.stop();
        // Accesses end before the memory does.
        fronts.forEach(Runnable::run);
        fronts.clear();
        ticker.close();
        unit.close();
    }
}
