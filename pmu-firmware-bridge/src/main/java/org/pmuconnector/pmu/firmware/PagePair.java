package org.pmuconnector.pmu.firmware;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.pmuconnector.pmu.memory.PersistentMemory;

/**
 * A page that is kept in two copies and never overwritten in place: at every moment one persisted, valid copy of what was
 * last acknowledged exists. One thread at a time. Whoever opens it to write has persisted the memory before: what a former
 * process left may be in the page cache alone.
 *
 * <p>An update writes the copy that is not relied on, persists it, and only then counts. Afterwards the other copy is
 * brought up to date too, without waiting for it, so that damage to a single copy loses nothing; it is the one that the
 * next update writes and persists.
 *
 * <p>The very first copy has no other one to fall back on. Its magic is therefore written and persisted after all the
 * rest: a copy with a magic was written whole once, and if it fails its check now, it is damaged and not just torn.
 */
final class PagePair {

    private final PersistentMemory memory;
    private final long offset;
    private final long magic;
    private final PageCopy[] copies = new PageCopy[2];

    /** The copy that holds what was last acknowledged, -1 if there is none. */
    private int relied;

    private long generation;

    /** Reads both copies. */
    PagePair(PersistentMemory memory, long offset, long magic) {
        this.memory = memory;
        this.offset = offset;
        this.magic = magic;
        ByteBuffer page = ByteBuffer.allocate(UnitLayout.PAGE_BYTES);
        for (int i = 0; i < 2; i++) {
            memory.read(copyOffset(i), page.clear(), UnitLayout.PAGE_BYTES);
            copies[i] = PageCopy.decode(page, magic);
        }
        boolean first = copies[0].state() == PageCopy.State.VALID;
        boolean second = copies[1].state() == PageCopy.State.VALID;
        if (first && second) {
            relied = copies[1].generation() > copies[0].generation() ? 1 : 0;
        } else {
            relied = first ? 0 : second ? 1 : -1;
        }
        generation = relied < 0 ? 0 : copies[relied].generation();
    }

    /** The newest valid copy, null if there is none. */
    PageCopy newest() {
        return relied < 0 ? null : copies[relied];
    }

    /** How a copy was found, or has been written since. */
    PageCopy.State state(int copy) {
        return copies[copy].state();
    }

    /** Whether one copy is older than the other: what is relied on was not yet persisted twice. */
    boolean hasOlderCopy() {
        return copies[0].state() == PageCopy.State.VALID
                && copies[1].state() == PageCopy.State.VALID
                && copies[0].generation() != copies[1].generation();
    }

    /** Whether a copy is in that state. */
    boolean hasCopy(PageCopy.State state) {
        return copies[0].state() == state || copies[1].state() == state;
    }

    /** Whether a copy holds what nobody wrote, or not to the end. */
    boolean hasDamage() {
        return hasCopy(PageCopy.State.DAMAGED) || hasCopy(PageCopy.State.FOREIGN) || hasCopy(PageCopy.State.BLEMISHED);
    }

    /**
     * Replaces the body. When this returns it is persisted; when it throws, the old one is what counts.
     *
     * @throws IOException if the memory could not be written or persisted
     */
    void write(byte[] body) throws IOException {
        try {
            writePersistently(body);
        } catch (InternalError e) {
            throw unwritable(e);
        }
    }

    /** How a mapped file says that it has no room on its disk, or that the disk failed. */
    private static IOException unwritable(InternalError e) {
        return new IOException("the memory cannot be written; its disk may be full or broken", e);
    }

    /**
     * Brings the copy that is not relied on up to date, and waits for that, if it is damaged or older: from then on damage to
     * either one neither loses what counts nor turns it back. Only what this release's version wrote can be mended.
     *
     * @return whether there was anything to do
     * @throws IOException if the memory could not be written or persisted; what is relied on is as it was
     */
    boolean mend() throws IOException {
        try {
            return relied >= 0 ? mendOther() : mendBlemishes();
        } catch (InternalError e) {
            throw unwritable(e);
        }
    }

    private boolean mendOther() throws IOException {
        int other = 1 - relied;
        PageCopy right = copies[relied];
        if (copies[other].state() == PageCopy.State.VALID && copies[other].generation() == right.generation()) {
            return false;
        }
        ByteBuffer page = PageCopy.encode(magic, right.generation(), right.body());
        put(other, page);
        memory.persist(copyOffset(other), page.capacity());
        copies[other] = right;
        return true;
    }

    private boolean mendBlemishes() throws IOException {
        boolean mended = false;
        for (int copy = 0; copy < 2; copy++) {
            if (copies[copy].state() == PageCopy.State.BLEMISHED) {
                put(copy, ByteBuffer.allocate(Long.BYTES));
                memory.persist(copyOffset(copy), Long.BYTES);
                copies[copy] = new PageCopy(PageCopy.State.EMPTY, 0, 0, new byte[0]);
                mended = true;
            }
        }
        return mended;
    }

    private void writePersistently(byte[] body) throws IOException {
        generation++;
        ByteBuffer page = PageCopy.encode(magic, generation, body);
        int target = relied == 0 ? 1 : 0;
        try {
            if (relied < 0) {
                writeMagicLast(target, page);
            } else {
                put(target, page);
                memory.persist(copyOffset(target), page.capacity());
            }
        } catch (IOException | InternalError e) {
            undo(target);
            throw e;
        }
        PageCopy written = new PageCopy(PageCopy.State.VALID, PageCopy.VERSION, generation, body.clone());
        copies[target] = written;
        relied = target;
        put(1 - target, page);
        copies[1 - target] = written;
    }

    /**
     * Replaces the body and waits for both copies: for pages that change rarely and must outlive damage at every moment.
     *
     * @throws IOException as {@link #write}; or the new body is what counts, in one copy
     */
    void writeBoth(byte[] body) throws IOException {
        write(body);
        persistBoth();
    }

    /** Waits for the copy too that {@link #write} did not wait for. */
    void persistBoth() throws IOException {
        memory.persist(copyOffset(1 - relied), PageCopy.HEADER_BYTES + copies[relied].body().length);
    }

    /** What was written must not be taken for newer than what counts, should this process end before the next update. */
    private void undo(int target) {
        if (relied >= 0) {
            put(target, PageCopy.encode(magic, copies[relied].generation(), copies[relied].body()));
        } else {
            put(target, ByteBuffer.allocate(Long.BYTES));
        }
    }

    private void writeMagicLast(int target, ByteBuffer page) throws IOException {
        long at = copyOffset(target);
        put(target, ByteBuffer.allocate(Long.BYTES));
        ByteBuffer rest = page.duplicate().position(Long.BYTES).limit(page.capacity());
        memory.write(at + Long.BYTES, rest, rest.remaining());
        memory.persist(at, page.capacity());
        memory.write(at, page.duplicate().position(0).limit(Long.BYTES), Long.BYTES);
        memory.persist(at, Long.BYTES);
    }

    private void put(int copy, ByteBuffer page) {
        ByteBuffer whole = page.duplicate().clear();
        memory.write(copyOffset(copy), whole, whole.remaining());
    }

    private long copyOffset(int copy) {
        return offset + (long) copy * UnitLayout.PAGE_BYTES;
    }
}
