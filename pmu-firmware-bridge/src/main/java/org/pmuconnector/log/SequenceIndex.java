package org.pmuconnector.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Tells how far the log may be trimmed without losing a sequence. Sparse: its entries lie some kilobytes of log apart, or
 * more where that would make them too many, so its size is bounded whatever the region's.
 */
final class SequenceIndex {

    /** No two entries are closer than this in the log. */
    static final long GRAIN_BYTES = 4096;

    /** When there are more, every second one goes. */
    static final int MOST_ENTRIES = 1 << 14;

    private record Entry(long firstSequence, long position) {}

    /** Ascending in sequence and in position. */
    private final Deque<Entry> entries = new ArrayDeque<>();

    private long grainBytes = GRAIN_BYTES;

    /** How much farther back one index may answer than another that began elsewhere in a log of so many bytes. */
    static long slackBytes(long logBytes) {
        return Math.max(GRAIN_BYTES, 4 * logBytes / MOST_ENTRIES);
    }

    /** The sets from a sequence on lie at a position or behind it; a late outcome's lie before earlier entries. */
    void add(long firstSequence, long position) {
        long first = firstSequence;
        Entry last = entries.peekLast();
        while (last != null && last.position >= position) {
            first = last.firstSequence;
            entries.removeLast();
            last = entries.peekLast();
        }
        if (last == null || position - last.position >= grainBytes) {
            entries.addLast(new Entry(first, position));
            thinOut();
        }
    }

    private void thinOut() {
        if (entries.size() <= MOST_ENTRIES) {
            return;
        }
        List<Entry> all = new ArrayList<>(entries);
        entries.clear();
        for (int i = 0; i < all.size(); i += 2) {
            entries.addLast(all.get(i));
        }
        grainBytes *= 2;
    }

    /**
     * A position that no set with this or a later sequence lies before; the greatest that the index knows.
     *
     * @param otherwise the answer where the index holds no set so old
     */
    long positionOf(long sequence, long otherwise) {
        Iterator<Entry> newestFirst = entries.descendingIterator();
        while (newestFirst.hasNext()) {
            Entry entry = newestFirst.next();
            if (entry.firstSequence <= sequence) {
                return entry.position;
            }
        }
        return otherwise;
    }

    /** Forgets what lies before a position. */
    void trim(long position) {
        Entry first = entries.pollFirst();
        while (first != null && !entries.isEmpty() && entries.peekFirst().position <= position) {
            first = entries.pollFirst();
        }
        if (first != null) {
            entries.addFirst(first);
        }
    }

    /** Forgets all. */
    void clear() {
        entries.clear();
    }

    int size() {
        return entries.size();
    }
}
