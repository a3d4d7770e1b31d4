package org.pmuconnector.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.StringTokenizer;
import org.pmuconnector.log.CommittedSet;

/** The updates that sets carry: one, or, in a base, all that it covers. */
final class Texts {

    /**
     * One update.
     *
     * @param text that no other has
     * @param epoch in which it was committed
     */
    record Update(String text, long epoch) {
        @Override
        public String toString() {
            return text + "@" + epoch;
        }
    }

    private static final String SEPARATORS = "@,";
    private static final String PADDING = " ";

    private Texts() {}

    /** A set of one update. */
    static byte[] payloadOf(String text, int paddingBytes) {
        return (text + PADDING.repeat(paddingBytes)).getBytes(UTF_8);
    }

    /** A base of sets. */
    static byte[] baseOf(List<CommittedSet> sets) {
        StringJoiner joined = new StringJoiner(",");
        of(sets).forEach(update -> joined.add(update.text() + "@" + update.epoch()));
        return joined.toString().getBytes(UTF_8);
    }

    static List<Update> of(List<CommittedSet> sets) {
        List<Update> updates = new ArrayList<>();
        sets.forEach(set -> updates.addAll(of(set)));
        return updates;
    }

    static List<Update> of(CommittedSet set) {
        String payload = new String(set.payload(), UTF_8);
        if (!set.base()) {
            int padding = payload.indexOf(PADDING);
            return List.of(new Update(padding < 0 ? payload : payload.substring(0, padding), set.epoch()));
        }
        List<Update> updates = new ArrayList<>();
        StringTokenizer parts = new StringTokenizer(payload, SEPARATORS);
        while (parts.hasMoreTokens()) {
            updates.add(new Update(parts.nextToken(), Long.parseLong(parts.nextToken())));
        }
        return updates;
    }
}
