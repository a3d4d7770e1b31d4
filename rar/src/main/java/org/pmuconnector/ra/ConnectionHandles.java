package org.pmuconnector.ra;

import jakarta.resource.spi.IllegalStateException;
import java.util.LinkedHashSet;
import java.util.Set;

/** The handles that a managed connection serves now, all for the same work. Safe for use by many threads. */
final class ConnectionHandles {

    private final Set<CheckpointConnectionHandle> open = new LinkedHashSet<>();
    private boolean refusing;

    /**
     * Serves one more.
     *
     * @throws IllegalStateException if the managed connection has been destroyed
     */
    synchronized void attach(CheckpointConnectionHandle handle, CheckpointManagedConnection owner)
            throws IllegalStateException {
        if (refusing) {
            throw new IllegalStateException("the managed connection has been destroyed");
        }
        open.add(handle);
        handle.associate(owner);
    }

    /** Serves it no longer; whether it was served. */
    synchronized boolean detach(CheckpointConnectionHandle handle) {
        return open.remove(handle);
    }

    synchronized boolean isEmpty() {
        return open.isEmpty();
    }

    /** Serves none of them any longer; each is given another managed connection when the application uses it. */
    synchronized void dissociateAll() {
        open.forEach(handle -> handle.associate(null));
        open.clear();
    }

    /** Ends every handle: the application gets an error if it uses one again. */
    synchronized void endAll() {
        open.forEach(CheckpointConnectionHandle::end);
        open.clear();
    }

    /** Ends every handle and serves no other. */
    synchronized void refuse() {
        refusing = true;
        endAll();
    }
}
