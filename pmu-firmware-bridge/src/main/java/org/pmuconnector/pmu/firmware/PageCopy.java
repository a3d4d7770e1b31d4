package org.pmuconnector.pmu.firmware;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One copy of a durable page as it was found: of the superblock or of a catalog entry. This class owns the layout of the
 * header that both have; integers are big-endian.
 *
 * <pre>
 *  0 +-----------------------------------------------+
 *    | magic: which kind of page                     |
 *  8 +-----------------------+-----------------------+
 *    | format version        | body length in bytes  |
 * 16 +-----------------------+-----------------------+
 *    | generation: higher is newer                   |
 * 24 +-----------------------+-----------------------+
 *    | 0                     | CRC32C                |
 * 32 +-----------------------+-----------------------+
 *    | body                                          |
 * </pre>
 *
 * <p>The CRC is over bytes 0 to 27 and the body. The header's layout is the same in every format version, so that a later
 * one is recognised as what it is.
 */
final class PageCopy {

    /** The first release's format. */
    static final int VERSION = 1;

    static final int HEADER_BYTES = 32;

    /** The longest body. */
    static final int MAX_BODY_BYTES = UnitLayout.PAGE_BYTES - HEADER_BYTES;

    static final long SUPERBLOCK_MAGIC = 0x89504D55_4E49540AL; // \x89 P M U N I T \n
    static final long CATALOG_MAGIC = 0x89504D55_4341540AL; // \x89 P M U C A T \n

    private static final int VERSION_OFFSET = 8;
    private static final int LENGTH_OFFSET = 12;
    private static final int GENERATION_OFFSET = 16;
    private static final int CRC_OFFSET = 28;

    private static final byte[] NO_BODY = {};

    /** What the copy's bytes say. */
    enum State {
        /** The magic is zero: never written, or its first writing was cut short. */
        EMPTY,
        /** The magic is damage to a zero one: nothing else of the header was ever written. */
        BLEMISHED,
        /** The magic is of something else, and so is the rest. */
        FOREIGN,
        /** The magic is right and the checksum or the length is not, or the magic alone is wrong. */
        DAMAGED,
        /** Written whole; the version may be of a later release. */
        VALID
    }

    private final State state;
    private final int version;
    private final long generation;
    private final byte[] body;

    /** A copy; the body is not copied. */
    PageCopy(State state, int version, long generation, byte[] body) {
        this.state = state;
        this.version = version;
        this.generation = generation;
        this.body = body;
    }

    State state() {
        return state;
    }

    int version() {
        return version;
    }

    long generation() {
        return generation;
    }

    /** Not to be changed. */
    byte[] body() {
        return body;
    }

    /** Understands a page. */
    static PageCopy decode(ByteBuffer page, long magic) {
        long found = page.getLong(0);
        if (found == 0) {
            return without(State.EMPTY);
        }
        if (found != magic) {
            return without(unlike(page, magic));
        }
        if (!passes(page, magic)) {
            return without(State.DAMAGED);
        }
        byte[] body = new byte[page.getInt(LENGTH_OFFSET)];
        page.get(HEADER_BYTES, body);
        return new PageCopy(State.VALID, page.getInt(VERSION_OFFSET), page.getLong(GENERATION_OFFSET), body);
    }

    /** A page without the right magic: one that would be right with it must not be taken for something else. */
    private static State unlike(ByteBuffer page, long magic) {
        if (passes(page, magic)) {
            return State.DAMAGED;
        }
        boolean blank = page.slice(Long.BYTES, HEADER_BYTES - Long.BYTES)
                .equals(ByteBuffer.allocate(HEADER_BYTES - Long.BYTES));
        return blank ? State.BLEMISHED : State.FOREIGN;
    }

    private static PageCopy without(State state) {
        return new PageCopy(state, 0, 0, NO_BODY);
    }

    /** Whether length and checksum are those of a page with that magic. */
    private static boolean passes(ByteBuffer page, long magic) {
        int length = page.getInt(LENGTH_OFFSET);
        return length >= 0 && length <= MAX_BODY_BYTES && page.getInt(CRC_OFFSET) == crc(page, magic, length);
    }

    /** The page's bytes: header and body, without what follows. */
    static ByteBuffer encode(long magic, long generation, byte[] body) {
        if (body.length > MAX_BODY_BYTES) {
            throw new IllegalArgumentException("a body of " + body.length + " bytes");
        }
        ByteBuffer page = ByteBuffer.allocate(HEADER_BYTES + body.length);
        page.putLong(0, magic);
        page.putInt(VERSION_OFFSET, VERSION);
        page.putInt(LENGTH_OFFSET, body.length);
        page.putLong(GENERATION_OFFSET, generation);
        page.put(HEADER_BYTES, body);
        page.putInt(CRC_OFFSET, crc(page, magic, body.length));
        return page;
    }

    private static int crc(ByteBuffer page, long magic, int bodyLength) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, magic));
        crc.update(page.slice(Long.BYTES, CRC_OFFSET - Long.BYTES));
        crc.update(page.slice(HEADER_BYTES, bodyLength));
        return (int) crc.getValue();
    }
}
