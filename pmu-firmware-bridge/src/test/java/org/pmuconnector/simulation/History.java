package org.pmuconnector.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pmuconnector.log.CommittedSet;

/**
 * What servers were told, in the order in which it happened, and whether it may have happened so. Every write has a text that
 * no other has.
 */
final class History {

    /** Of each acknowledged write: the newest epoch when it began. */
    private final Map<String, Long> acknowledged = new LinkedHashMap<>();

    private final Set<String> refused = new HashSet<>();

    /** By server: what it wrote itself since it was told to forget all. */
    private final Map<String, Set<String>> own = new HashMap<>();

    private final Map<String, Set<String>> delivered = new HashMap<>();
    private final List<String> events = new ArrayList<>();
    private long epoch;

    /** For whoever looks into a failure. */
    void note(long nanos, String event) {
        events.add(String.format("%12.6f ms  %s", nanos / 1e6, event));
    }

    /** A server's own write: it knows of it without being told. */
    void acknowledged(String server, String text, long epochAtStart) {
        acknowledged.put(text, epochAtStart);
        own.computeIfAbsent(server, name -> new HashSet<>()).add(text);
    }

    /** Nobody told the server what became of its write: it has to look, if it wants to know. */
    void unknown(String server, String text) {
        own.computeIfAbsent(server, name -> new HashSet<>()).add(text);
    }

    /** A write has failed, and will never appear. */
    void refused(String text) {
        refused.add(text);
    }

    void delivered(String server, String text) {
        require(
                delivered.computeIfAbsent(server, name -> new LinkedHashSet<>()).add(text),
                server + " got " + text + " twice");
        require(!refused.contains(text), server + " got " + text + ", which had been refused");
    }

    void reset(String server) {
        delivered.remove(server);
        own.remove(server);
    }

    void primary(String server, long newEpoch) {
        require(newEpoch > epoch, server + " became the primary in epoch " + newEpoch + " after epoch " + epoch);
        epoch = newEpoch;
        require(missing(server).isEmpty(), server + " became the primary, and had not got " + missing(server));
    }

    private Set<String> missing(String server) {
        Set<String> missing = new LinkedHashSet<>(acknowledged.keySet());
        missing.removeAll(delivered.getOrDefault(server, Set.of()));
        missing.removeAll(own.getOrDefault(server, Set.of()));
        return missing;
    }

    void fenced(String server, long oldEpoch) {
        require(oldEpoch <= epoch, server + " was fenced from epoch " + oldEpoch + ", which is to come");
    }

    /** A server's process is gone, and with it all that it was told. */
    void died(String server) {
        reset(server);
    }

    /** At the end: the log has all that was acknowledged, once, in its epoch, and nothing that was refused. */
    void finish(List<CommittedSet> log) {
        Map<String, Long> epochs = new LinkedHashMap<>();
        for (CommittedSet set : log) {
            String text = new String(set.payload(), UTF_8);
            require(epochs.put(text, set.epoch()) == null, text + " is in the log twice");
            require(!refused.contains(text), text + " is in the log, and had been refused");
        }
        acknowledged.forEach((text, epochAtStart) -> {
            Long written = epochs.get(text);
            require(written != null, text + " was acknowledged, and is lost");
            require(
                    written >= epochAtStart,
                    text + " was acknowledged in epoch " + written + ", and began when epoch " + epochAtStart
                            + " had been granted");
        });
        delivered.forEach((server, texts) -> {
            Set<String> known = new HashSet<>(own.getOrDefault(server, Set.of()));
            List<String> expected = epochs.keySet().stream()
                    .filter(text -> texts.contains(text) || !known.contains(text))
                    .toList();
            require(
                    List.copyOf(texts).equals(expected),
                    server + " was told " + texts + ", and the log has, but for its own, " + expected);
        });
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    long epoch() {
        return epoch;
    }

    private static void require(boolean so, String otherwise) {
        if (!so) {
            throw new AssertionError(otherwise);
        }
    }

    /** The last of what happened. */
    String tail(int count) {
        return String.join("\n", events.subList(Math.max(0, events.size() - count), events.size()));
    }
}
