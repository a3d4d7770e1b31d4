package org.pmuconnector.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.pmuconnector.log.CommittedSet;

/**
 * What servers were told, in the order in which it happened, and whether it may have happened so. Every update has a text
 * that no other has.
 */
final class History {

    private static final int NOTES = 180;

    private record Note(long nanos, String event) {
        @Override
        public String toString() {
            return String.format("%12.6f ms  %s", nanos / 1e6, event);
        }
    }

    /** What one server knows since it was told to forget all. */
    private static final class Knowledge {

        /** What it wrote, or may have written, itself. */
        private final Set<String> own = new HashSet<>();

        private final Set<String> delivered = new LinkedHashSet<>();

        boolean has(String text) {
            return own.contains(text) || delivered.contains(text);
        }
    }

    /** Of each acknowledged update: the newest epoch when its write began. */
    private final Map<String, Long> acknowledged = new LinkedHashMap<>();

    /** What the audit has taken: a database that all servers share, and that nothing happens to. */
    private final Set<String> audited = new LinkedHashSet<>();

    /** What transaction managers were told to be committed: it may still be on its way. */
    private final Set<String> committed = new LinkedHashSet<>();

    private final Set<String> refused = new HashSet<>();
    private final Map<String, Knowledge> knowledge = new HashMap<>();
    private final List<Note> notes = new ArrayList<>();

    /** By server: the newest that it was the primary in. */
    private final Map<String, Long> epochs = new HashMap<>();

    private int texts;

    /** For whoever looks into a failure. */
    void note(long nanos, String event) {
        notes.add(new Note(nanos, event));
    }

    String newText(String server) {
        texts++;
        return server + texts;
    }

    /** A server's own write: it knows of it without being told. */
    void acknowledged(String server, List<String> updates, long epochAtStart) {
        updates.forEach(text -> acknowledged.put(text, epochAtStart));
        of(server).own.addAll(updates);
    }

    /** Nobody told the server what became of its write: it has to look, if it wants to know. */
    void unknown(String server, List<String> updates) {
        of(server).own.addAll(updates);
    }

    /** A transaction of the server's writes: it knows of it without being told. */
    void begun(String server, List<String> updates) {
        of(server).own.addAll(updates);
    }

    /** A transaction has been committed. */
    void committed(List<String> updates) {
        committed.addAll(updates);
    }

    /** A write has failed, or was rolled back, and will never appear. */
    void refused(List<String> updates) {
        refused.addAll(updates);
    }

    /** An update is delivered once, and a base only to who knows nothing or all of it. */
    void delivered(String server, CommittedSet set) {
        Knowledge knows = of(server);
        boolean first = knows.delivered.isEmpty();
        for (Texts.Update update : Texts.of(set)) {
            String text = update.text();
            require(!refused.contains(text), server + " got " + text + ", which had been refused");
            if (set.base() && !first) {
                require(knows.has(text), server + " got a base with " + text + ", which it had missed");
            } else {
                require(knows.delivered.add(text), server + " got " + text + " twice");
            }
        }
    }

    /** The audit takes a set in the transaction that clears it: once, whatever fails. A base takes the place of all. */
    void audited(CommittedSet set) {
        if (set.base()) {
            audited.clear();
        }
        for (Texts.Update update : Texts.of(set)) {
            String text = update.text();
            require(!refused.contains(text), "the audit took " + text + ", which had been refused");
            require(audited.add(text), "the audit took " + text + " twice");
        }
    }

    /** Whether the audit has taken all that counts. */
    boolean isAudited() {
        return audited.containsAll(acknowledged.keySet()) && audited.containsAll(committed);
    }

    /** It forgets all, or its process has ended. */
    void reset(String server) {
        knowledge.remove(server);
    }

    /**
     * It has been told all that was acknowledged before its epoch. Its own epochs rise; that it is told late, when the next
     * epoch has begun elsewhere, nobody can prevent: what it writes then must fail.
     */
    void primary(String server, long newEpoch) {
        long before = epochs.getOrDefault(server, 0L);
        require(newEpoch > before, server + " became the primary in epoch " + newEpoch + " after its epoch " + before);
        epochs.put(server, newEpoch);
        List<String> missing = new ArrayList<>();
        acknowledged.forEach((text, epoch) -> {
            if (epoch < newEpoch && !of(server).has(text)) {
                missing.add(text);
            }
        });
        require(missing.isEmpty(), server + " became the primary, and had not got " + missing);
    }

    void fenced(String server, long oldEpoch) {
        require(
                oldEpoch == epochs.getOrDefault(server, 0L),
                server + " was fenced from epoch " + oldEpoch + ", and its own was " + epochs.get(server));
    }

    /** Whether the server wrote or was told all that counts. */
    boolean knowsAll(String server) {
        Knowledge knows = of(server);
        return acknowledged.keySet().stream().allMatch(knows::has)
                && committed.stream().allMatch(knows::has);
    }

    /** At the end: the log has all that was acknowledged, once, in its epoch, and nothing that was refused. */
    void finish(List<CommittedSet> log) {
        Map<String, Long> inLog = new LinkedHashMap<>();
        for (Texts.Update update : Texts.of(log)) {
            String text = update.text();
            require(inLog.put(text, update.epoch()) == null, text + " is in the log twice");
            require(!refused.contains(text), text + " is in the log, and had been refused");
        }
        committed.forEach(text -> require(inLog.containsKey(text), text + " was committed, and is lost"));
        acknowledged.forEach((text, epochAtStart) -> {
            Long written = inLog.get(text);
            require(written != null, text + " was acknowledged, and is lost");
            require(
                    written >= epochAtStart,
                    text + " was acknowledged in epoch " + written + ", and began when epoch " + epochAtStart
                            + " had been granted");
        });
        require(
                List.copyOf(audited).equals(List.copyOf(inLog.keySet())),
                "the audit took " + audited + ", and the log has " + inLog.keySet());
        knowledge.forEach((server, knows) -> {
            List<String> expected = inLog.keySet().stream()
                    .filter(text -> knows.delivered.contains(text) || !knows.own.contains(text))
                    .toList();
            require(
                    List.copyOf(knows.delivered).equals(expected),
                    server + " was told " + knows.delivered + ", and the log has, but for its own, " + expected);
        });
    }

    /** How many updates were acknowledged or committed. */
    int acknowledgedCount() {
        return acknowledged.size() + committed.size();
    }

    /** The newest that anybody was told of. */
    long epoch() {
        return epochs.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** The last of what happened. */
    String tail() {
        return notes.subList(Math.max(0, notes.size() - NOTES), notes.size()).stream()
                .map(Note::toString)
                .collect(Collectors.joining("\n"));
    }

    private Knowledge of(String server) {
        return knowledge.computeIfAbsent(server, name -> new Knowledge());
    }

    private static void require(boolean so, String otherwise) {
        if (!so) {
            throw new AssertionError(otherwise);
        }
    }
}
