package org.pmuconnector.fabric;

import java.nio.ByteBuffer;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

/**
 * One reliable, ordered stream to a unit: one-sided writes and reads under keys that the manager bound to exactly this
 * connection, and control messages.
 *
 * <p>One thread at a time, except {@link #close()}, {@link #wakeup()} and {@link #isOpen()}, which any thread may call. Operations block the
 * caller until they are done or the deadline passes. After any {@link PmuException} but a refused control request the
 * connection has ended: what was posted and not flushed may or may not have been placed ({@code CONNECTION_LOST},
 * {@code DEADLINE_EXCEEDED}), or the unit's tables refused it ({@code ACCESS_REFUSED}: nothing of the refused message
 * was placed from the refused segment on, earlier messages were). An interrupted thread keeps its interrupt status and
 * gets {@code CONNECTION_LOST}.
 */
public interface FabricConnection extends AutoCloseable {

    /**
     * Posts a one-sided write of all that remains in the source. It is on its way, at the latest, when the next
     * {@link #flush}, {@link #read} or {@link #call} on this connection runs, and is placed before that one is acted on.
     * The source is copied or sent before this returns.
     *
     * @param key the steering tag (rkey) bound to this connection
     * @param address the first byte's address in the unit's virtual address space
     */
    void write(int key, long address, ByteBuffer source, Deadline deadline) throws PmuException;

    /**
     * Returns when all writes posted on this connection are at the level in the range; one round trip together with
     * them.
     *
     * @param lengthBytes at least 8: at {@code VISIBLE} the range's last 8 bytes are read back
     */
    void flush(int key, long address, long lengthBytes, PersistenceLevel level, Deadline deadline) throws PmuException;

    /** A one-sided read that fills the sink from its position to its limit. */
    void read(int key, long address, ByteBuffer sink, Deadline deadline) throws PmuException;

    /**
     * Sends a control request and returns its reply. Events that arrive meanwhile wait for {@link #awaitEvent}.
     *
     * @throws PmuException with the reply's status if the unit refused the request; the connection stays open then
     */
    Response call(Request request, Deadline deadline) throws PmuException;

    /**
     * The next event that the unit pushed, or null when the deadline passes without one, which leaves the connection
     * open.
     */
    Event awaitEvent(Deadline deadline) throws PmuException;

    /** Makes a thread that is in {@link #awaitEvent}, or else the next one that enters it, return null at once. */
    void wakeup();

    /** Whether neither side has ended it, as far as this side knows. */
    boolean isOpen();

    /** Ends it; a thread blocked in an operation gets {@code CONNECTION_LOST}. Closing twice does nothing. */
    @Override
    void close();
}
