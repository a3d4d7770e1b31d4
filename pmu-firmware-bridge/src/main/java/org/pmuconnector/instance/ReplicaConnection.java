package org.pmuconnector.instance;

import org.pmuconnector.model.PmuException;

/** The connection over which a replica reads its region, and the one after it. One thread at a time. */
final class ReplicaConnection implements AutoCloseable {

    private final Region region;
    private UnitConnection connection;
    private long bootNumber;
    private BoundMemory memory;

    ReplicaConnection(Region region) {
        this.region = region;
    }

    /** Whether it was opened, and is not known to be of no use any more. */
    boolean isThere() {
        return connection != null;
    }

    /** Whether it has not broken. */
    boolean isLive() {
        return connection != null && connection.isOpen();
    }

    /** The region's memory is looked at anew. */
    void open() throws PmuException {
        connection = region.instance().connect();
        bootNumber = connection.bootNumber();
        memory = new BoundMemory(connection, region.openForReading(connection));
    }

    /** Goes on with the same memory; false if the unit was restarted, perhaps from a copy of it. */
    boolean reopen() throws PmuException {
        UnitConnection fresh = region.instance().connect();
        if (fresh.bootNumber() != bootNumber) {
            fresh.close();
            return false;
        }
        connection = fresh;
        memory.bind(fresh, region.openForReading(fresh));
        return true;
    }

    /** While it is there. */
    UnitConnection unit() {
        return connection;
    }

    /** What was opened last. */
    BoundMemory memory() {
        return memory;
    }

    /** Closing what is not there does nothing. */
    @Override
    public void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
