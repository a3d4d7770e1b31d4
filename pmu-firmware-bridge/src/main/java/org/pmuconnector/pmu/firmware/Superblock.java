package org.pmuconnector.pmu.firmware;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.UUID;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.PersistentMemory;

/**
 * What a unit says of itself. This class owns the layout of the superblock's body, which follows the header of
 * {@link PageCopy}; integers are big-endian.
 *
 * <pre>
 *  0 +-----------------------------------------------+
 *    | unit id, 16 bytes                             |
 * 16 +-----------------------------------------------+
 *    | size of the unit in bytes                     |
 * 24 +-----------------------+-----------------------+
 *    | catalog slots         | 0                     |
 * 32 +-----------------------+-----------------------+
 *    | offset of the data                            |
 * 40 +-----------------------------------------------+
 *    | the manager's Ed25519 public key, 32 bytes    |
 * 72 +-----------------------------------------------+
 *    | boot number                                   |
 * 80 +-----------------------------------------------+
 * </pre>
 *
 * @param unitId drawn when the unit was formatted
 * @param sizeBytes of the whole unit
 * @param slotCount how many regions the catalog has room for
 * @param dataOffset where the regions' data begins
 * @param managerKey whose proof the bridge accepts
 * @param bootNumber how often a manager has begun to work with the unit: at each start, and when another manager
 *     replaces one
 */
public record Superblock(
        UUID unitId, long sizeBytes, int slotCount, long dataOffset, PublicKey managerKey, long bootNumber) {

    /** The format that this release writes. */
    public static final int FORMAT_VERSION = PageCopy.VERSION;

    static final int BODY_BYTES = 80;

    private static final int SIZE_OFFSET = 16;
    private static final int SLOTS_OFFSET = 24;
    private static final int DATA_OFFSET = 32;
    private static final int KEY_OFFSET = 40;
    private static final int BOOT_OFFSET = 72;

    /** The superblock of a new unit. */
    static Superblock ofNew(UUID unitId, long sizeBytes, PublicKey managerKey) {
        int slots = UnitLayout.slotCount(sizeBytes);
        return new Superblock(unitId, sizeBytes, slots, UnitLayout.dataOffset(slots), managerKey, 0);
    }

    /** The same at the unit's next start. */
    Superblock nextBoot() {
        return new Superblock(unitId, sizeBytes, slotCount, dataOffset, managerKey, bootNumber + 1);
    }

    /** The same with another key of the manager's. */
    public Superblock withManagerKey(PublicKey next) {
        return new Superblock(unitId, sizeBytes, slotCount, dataOffset, next, bootNumber);
    }

    /** The pages that hold a unit's superblock. */
    static PagePair pages(PersistentMemory memory) {
        return new PagePair(memory, UnitLayout.SUPERBLOCK_OFFSET, PageCopy.SUPERBLOCK_MAGIC);
    }

    /**
     * Finds a unit's superblock; changes nothing.
     *
     * @param where names the unit in messages
     * @throws PmuException {@code UNIT_NOT_FORMATTED}, {@code UNIT_DAMAGED} or {@code UNIT_FORMAT_UNSUPPORTED}
     */
    static Superblock find(PagePair pages, String where) throws PmuException {
        PageCopy newest = pages.newest();
        if (newest == null) {
            if (pages.hasCopy(PageCopy.State.DAMAGED)) {
                throw new PmuException(
                        ErrorCode.UNIT_DAMAGED,
                        where + " has no superblock that passes its check; restore the unit from a copy");
            }
            throw new PmuException(
                    ErrorCode.UNIT_NOT_FORMATTED,
                    where + " is not a unit: it begins with no superblock; format another path with 'pmu format'");
        }
        if (newest.version() != FORMAT_VERSION) {
            throw new PmuException(
                    ErrorCode.UNIT_FORMAT_UNSUPPORTED,
                    where + " has format version " + newest.version() + ", and this release knows " + FORMAT_VERSION
                            + "; use the release that wrote it");
        }
        return decode(newest.body(), where);
    }

    private static Superblock decode(byte[] body, String where) throws PmuException {
        if (body.length != BODY_BYTES) {
            throw damaged(where, "is " + body.length + " bytes long");
        }
        ByteBuffer in = ByteBuffer.wrap(body);
        UUID unitId = new UUID(in.getLong(0), in.getLong(Long.BYTES));
        long size = in.getLong(SIZE_OFFSET);
        int slots = in.getInt(SLOTS_OFFSET);
        long data = in.getLong(DATA_OFFSET);
        if (size < UnitLayout.MIN_SIZE_BYTES || size > UnitLayout.MAX_SIZE_BYTES) {
            throw damaged(where, "names a size of " + size + " bytes");
        }
        if (slots != UnitLayout.slotCount(size) || data != UnitLayout.dataOffset(slots)) {
            throw damaged(where, "names " + slots + " slots and data at " + data + " in " + size + " bytes");
        }
        byte[] key = new byte[ManagerProof.PUBLIC_KEY_BYTES];
        in.get(KEY_OFFSET, key);
        try {
            return new Superblock(unitId, size, slots, data, ManagerProof.publicKey(key), in.getLong(BOOT_OFFSET));
        } catch (GeneralSecurityException e) {
            throw new PmuException(ErrorCode.UNIT_DAMAGED, where + ": the manager's public key is none", e);
        }
    }

    byte[] encode() {
        return ByteBuffer.allocate(BODY_BYTES)
                .putLong(0, unitId.getMostSignificantBits())
                .putLong(Long.BYTES, unitId.getLeastSignificantBits())
                .putLong(SIZE_OFFSET, sizeBytes)
                .putInt(SLOTS_OFFSET, slotCount)
                .putLong(DATA_OFFSET, dataOffset)
                .put(KEY_OFFSET, ManagerProof.rawPublicKey(managerKey))
                .putLong(BOOT_OFFSET, bootNumber)
                .array();
    }

    /**
     * Makes a unit of memory that is all zero.
     *
     * @throws IOException if it could not be persisted
     */
    public static Superblock format(PersistentMemory memory, UUID unitId, PublicKey managerKey) throws IOException {
        Superblock superblock = ofNew(unitId, memory.sizeBytes(), managerKey);
        pages(memory).writeBoth(superblock.encode());
        return superblock;
    }

    private static PmuException damaged(String where, String what) {
        return new PmuException(
                ErrorCode.UNIT_DAMAGED, where + ": the superblock " + what + "; restore the unit from a copy");
    }
}
