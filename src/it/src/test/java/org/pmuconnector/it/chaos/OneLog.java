package org.pmuconnector.it.chaos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.pmuconnector.it.chaos.Violation.Kind;

/** The one log that all were told of: which set has which sequence, and of which epoch it is. */
final class OneLog {

    private final Consumer<Violation> violations;
    private final NavigableMap<Long, String> bySequence = new TreeMap<>();
    private final Map<String, Long> sequences = new HashMap<>();

    /** Where it is known: a state does not say it. */
    private final NavigableMap<Long, Long> epochs = new TreeMap<>();

    private long length;
    private int superseded;

    /**
     * An empty log.
     *
     * @param violations takes what does not fit
     */
    OneLog(Consumer<Violation> violations) {
        this.violations = violations;
    }

    /** Whatever somebody was told, in any order. */
    void add(String who, Told.Delivered set) {
        put(who, set.sequence(), set.id());
        Long known = epochs.putIfAbsent(set.sequence(), set.epoch());
        if (known != null && known != set.epoch()) {
            violations.accept(new Violation(
                    Kind.DISAGREES,
                    who + " was told that " + set.id() + " is of epoch " + set.epoch() + ", others of " + known));
        }
        addState(who, set.state());
    }

    private void addState(String who, List<String> state) {
        long sequence = 0;
        for (String id : state) {
            sequence++;
            put(who, sequence, id);
        }
    }

    private void put(String who, long sequence, String id) {
        String known = bySequence.putIfAbsent(sequence, id);
        if (known != null && !known.equals(id)) {
            violations.accept(new Violation(
                    Kind.DISAGREES, who + " was told that sequence " + sequence + " is " + id + ", others " + known));
            return;
        }
        Long other = sequences.putIfAbsent(id, sequence);
        if (other != null && other != sequence) {
            violations.accept(
                    new Violation(Kind.DUPLICATED, id + " is there as sequence " + other + " and " + sequence));
        }
    }

    /** What is there in the end: all that others were told of must be in it. */
    void finish(List<Told.Delivered> content) {
        for (Told.Delivered set : content) {
            add("the reader", set);
            length = Math.max(length, set.sequence());
        }
        if (!bySequence.isEmpty() && bySequence.lastKey() > length) {
            violations.accept(new Violation(
                    Kind.LOST,
                    bySequence.tailMap(length, false) + " was delivered, and the region ends with sequence " + length));
        }
        Told.Delivered newestBase =
                content.stream().filter(Told.Delivered::base).findFirst().orElse(null);
        for (long sequence = 1; sequence <= length; sequence++) {
            if (bySequence.containsKey(sequence)) {
                continue;
            }
            if (newestBase != null && newestBase.covers() < sequence && sequence < newestBase.sequence()) {
                superseded++;
            } else {
                violations.accept(new Violation(Kind.LOST, "sequence " + sequence + " is not there"));
            }
        }
        checkEpochs();
    }

    private void checkEpochs() {
        long newest = 0;
        for (Map.Entry<Long, Long> entry : epochs.entrySet()) {
            if (entry.getValue() < newest) {
                violations.accept(new Violation(
                        Kind.EPOCH_BACK,
                        "sequence " + entry.getKey() + " is of epoch " + entry.getValue() + ", one before of "
                                + newest));
            }
            newest = Math.max(newest, entry.getValue());
        }
    }

    /** The last sequence. */
    long length() {
        return length;
    }

    /** How many sequences nobody was told of that can be those of former bases: the newest one stands for these. */
    int superseded() {
        return superseded;
    }

    /** By sequence. */
    NavigableMap<Long, String> sets() {
        return bySequence;
    }

    /** Null if it is not there. */
    Long sequenceOf(String id) {
        return sequences.get(id);
    }

    /** Null if nobody was told. */
    Long epochOf(long sequence) {
        return epochs.get(sequence);
    }

    /** That of the sequence, or of the next one of which it is known: epochs only rise. */
    long newestPossibleEpochOf(long sequence) {
        Map.Entry<Long, Long> known = epochs.ceilingEntry(sequence);
        return known == null ? Long.MAX_VALUE : known.getValue();
    }

    /** The last sequence that is known to be of an older epoch, 0 if there is none. */
    long lastKnownBefore(long epoch) {
        long last = 0;
        for (Map.Entry<Long, Long> entry : epochs.entrySet()) {
            if (entry.getValue() < epoch) {
                last = Math.max(last, entry.getKey());
            }
        }
        return last;
    }

    /** The first sequence that is known to be of that epoch or a newer one; behind the end if there is none. */
    long firstKnownSince(long epoch) {
        for (Map.Entry<Long, Long> entry : epochs.entrySet()) {
            if (entry.getValue() >= epoch) {
                return entry.getKey();
            }
        }
        return length + 1;
    }
}
