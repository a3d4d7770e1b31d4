package org.pmuconnector.pmu.firmware;

import java.security.PublicKey;
import java.util.List;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

/**
 * What a manager that has proved itself may do: keep the catalog and program the tables. When it ends, so do all keys and
 * mappings that it made. Safe for use by many threads, which take turns.
 *
 * <p>The manager may be in the unit's process or in one of its own: it cannot tell by this. Every method may fail with
 * {@code MANAGER_NOT_AUTHENTICATED} when the session has ended, and with {@code CONNECTION_LOST} when the unit is in
 * another process and has gone; then it is not known whether what was asked for last has been done.
 */
public interface BridgeSession extends AutoCloseable {

    /** The most catalog entries that are read at once. */
    int MAX_ENTRIES_AT_ONCE = 256;

    /** The most bytes that are wiped or copied at once: some milliseconds' work. */
    int MAX_MOVED_BYTES = 16 << 20;

    /** What the unit says of itself; the boot number is that of this session. */
    Superblock superblock();

    /** What the memory can promise. */
    PersistenceLevel highestLevel();

    /** The kind of memory, for a person. */
    String memoryDescription();

    /**
     * Reads a catalog entry. Where one of its two copies is damaged or older, it is mended the first time.
     *
     * @return its bytes, none if the slot has never been written
     * @throws PmuException {@code UNIT_DAMAGED} if something is there and nothing of it passes its check,
     *     {@code UNIT_FORMAT_UNSUPPORTED} if a later release wrote it, {@code UNIT_IO} if it could not be mended
     */
    default byte[] readCatalogEntry(int slot) throws PmuException {
        return readCatalogEntries(slot, 1).get(0);
    }

    /**
     * Reads the catalog entries of neighbouring slots, as {@link #readCatalogEntry} does.
     *
     * @param count 1 to {@link #MAX_ENTRIES_AT_ONCE}
     */
    List<byte[]> readCatalogEntries(int firstSlot, int count) throws PmuException;

    /**
     * Replaces a catalog entry. When this returns it is persisted; when it throws, the old one is what counts, unless the
     * connection to the unit's process was lost.
     *
     * @param entry at most {@link CatalogSlots#MAX_ENTRY_BYTES} long
     * @throws PmuException {@code UNIT_IO}; {@code INTERNAL} for an entry that is too long
     */
    void writeCatalogEntry(int slot, byte[] entry) throws PmuException;

    /**
     * Changes the tables as the batch says.
     *
     * @return the keys bound, in the order in which they were added
     * @throws PmuException {@code LIMIT_REACHED} if there are not enough keys, {@code INTERNAL} if the batch contradicts
     *     itself or the tables, {@code FENCE_UNCONFIRMED} if a device did not confirm that a revoked key's connection
     *     cannot access the memory any more; nothing has been changed
     */
    List<Integer> apply(TableBatch batch) throws PmuException;

    /**
     * Makes a range of the data zero, and persists that.
     *
     * @param lengthBytes at most {@link #MAX_MOVED_BYTES}
     * @throws PmuException {@code UNIT_IO}; {@code INTERNAL} if the range is not of the data, or mapped, or too long
     */
    void wipe(long offset, long lengthBytes) throws PmuException;

    /**
     * Copies a range of the data to another, and persists that.
     *
     * @param lengthBytes at most {@link #MAX_MOVED_BYTES}
     * @throws PmuException {@code UNIT_IO}; {@code INTERNAL} if one of the ranges is not of the data, if the one to copy
     *     to is mapped, or if they are too long
     */
    void copy(long fromOffset, long toOffset, long lengthBytes) throws PmuException;

    /**
     * Makes another key the manager's: from now on the unit accepts proofs by this one alone. The session goes on. When
     * this returns the key is persisted; when it throws, the old one is what counts, unless the connection to the unit's
     * process was lost.
     *
     * @param next an Ed25519 key
     * @throws PmuException {@code UNIT_IO}
     */
    void rotateKey(PublicKey next) throws PmuException;

    /** Ends the session. All keys are revoked, and no access can be in progress any more; nothing is mapped. */
    @Override
    void close();
}
