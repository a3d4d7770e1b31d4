package org.pmuconnector.fabric;

import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** A way to one unit. Safe for use by many threads. */
public interface Fabric extends AutoCloseable {

    /** Where the unit is. */
    UnitAddress address();

    /**
     * A new connection with a protection domain of its own. Nothing has been said on it yet; the first request must be a
     * hello.
     *
     * @throws PmuException {@code UNIT_UNREACHABLE}, {@code DEADLINE_EXCEEDED}, {@code PROTOCOL_VIOLATION} or
     *     {@code LIMIT_REACHED}; for an embedded unit also the errors of opening it
     */
    FabricConnection connect(Deadline deadline) throws PmuException;

    /** Gives up what is shared by the connections; open ones end. */
    @Override
    void close();
}
