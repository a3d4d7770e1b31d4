package org.pmuconnector.ra;

import javax.transaction.xa.XAResource;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.PmuException;

/**
 * Clears what a message endpoint takes: in the transaction of the delivery, of which it is a resource, or after the
 * delivery where that has none. One delivery at a time.
 */
final class DeliveryClears implements LinkSource, AutoCloseable {

    private final AttachedRegion region;
    private final CheckpointXaResource xaResource;
    private RegionLink link;

    DeliveryClears(AttachedRegion region) {
        this.region = region;
        this.xaResource = new CheckpointXaResource(region.branches(), this, region.freshLinks(), () -> false);
    }

    /** What the server enlists for each delivery. */
    XAResource xaResource() {
        return xaResource;
    }

    /**
     * Clears with the transaction of the delivery in progress.
     *
     * @return whether there is one
     */
    boolean join(CursorMove move) throws PmuException {
        Branch branch = xaResource.associated();
        if (branch == null) {
            return false;
        }
        branch.clear(move);
        return true;
    }

    /** Clears at once. */
    void clear(CursorMove move) throws PmuException {
        withLink(used -> {
            used.clear(move);
            return null;
        });
    }

    /** A transaction manager may come on another thread than the deliveries'. */
    @Override
    public synchronized <T> T withLink(Operation<T> operation) throws PmuException {
        if (link == null || !link.isOpen()) {
            link = region.connect(null);
        }
        return operation.on(link);
    }

    @Override
    public synchronized void close() {
        if (link != null) {
            link.close();
            link = null;
        }
    }
}
