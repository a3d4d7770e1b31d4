package org.pmuconnector.ra.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.StringTokenizer;
import java.util.TreeMap;
import org.pmuconnector.checkpoint.Checkpoint;

/**
 * What a set's payload says: an id that no other has, and for a base the state, which is the ids of all sets up to the one
 * that it covers. The rest is filling that can be told from damage.
 *
 * @param state in commit order, from sequence 1; empty for an update
 */
record Content(String id, List<String> state) {

    private static final char END = '|';
    private static final int LONGEST_FILLING = 1500;

    /** Bytes of a payload, whose length differs from id to id. */
    byte[] encode() {
        StringBuilder text = new StringBuilder(id).append(stateText()).append(END);
        return text.append(filling(text)).toString().getBytes(UTF_8);
    }

    /** How many sets the state has, and which; empty for an update. */
    String stateText() {
        return state.isEmpty() ? "" : " " + state.size() + " " + String.join(" ", state);
    }

    private static String filling(CharSequence text) {
        int hash = text.toString().hashCode();
        return Integer.toHexString(hash).repeat(Math.floorMod(hash, LONGEST_FILLING) / Integer.BYTES);
    }

    /** What a payload says. */
    static Content decode(byte[] payload) {
        String text = new String(payload, UTF_8);
        int end = text.indexOf(END) + 1;
        if (end == 0 || !text.substring(end).equals(filling(text.substring(0, end)))) {
            throw new IllegalArgumentException("a payload of " + payload.length + " bytes is not as it was written");
        }
        StringTokenizer words = new StringTokenizer(text.substring(0, end - 1), " ");
        String id = words.nextToken();
        List<String> state = new ArrayList<>();
        if (words.hasMoreTokens()) {
            int count = Integer.parseInt(words.nextToken());
            while (words.hasMoreTokens()) {
                state.add(words.nextToken());
            }
            if (state.size() != count) {
                throw new IllegalArgumentException("a state of " + state.size() + " sets instead of " + count);
            }
        }
        return new Content(id, state);
    }

    /**
     * The ids of all sets of a region in commit order, by what a recovery of it gave.
     *
     * @throws IllegalStateException if one is missing
     */
    static List<String> allOf(List<Checkpoint> recovered) {
        NavigableMap<Long, String> bySequence = new TreeMap<>();
        for (Checkpoint set : recovered) {
            Content content = decode(set.payload());
            for (String id : content.state()) {
                bySequence.put(bySequence.size() + 1L, id);
            }
            bySequence.put(set.sequence(), content.id());
        }
        if (!bySequence.isEmpty() && bySequence.lastKey() != bySequence.size()) {
            throw new IllegalStateException(
                    "of " + bySequence.lastKey() + " sets, " + bySequence.size() + " were recovered");
        }
        return List.copyOf(bySequence.values());
    }
}
