package org.pmuconnector.it.chaos;

import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.pmuconnector.it.chaos.Violation.Kind;

/**
 * What one process's listener was told, in its order: from a base, or the first set, without gaps or repetitions; as a new
 * primary, all that stands before its epoch.
 */
final class ListenerReplay {

    private final ProcessHistory history;
    private final OneLog log;
    private final Predicate<String> mayComeLate;
    private final LongPredicate mayBeSuperseded;
    private final Consumer<Violation> violations;

    /** The sequence that has to come; 0 if it may begin with a base. */
    private long next;

    /** Of the base that it began with: it is told of once, before the sets that the state does not include. */
    private long begunWith;

    /** Of the newest set that it was told of since it had to forget all. */
    private long setEpoch;

    /** Of its newest own term. */
    private long termEpoch;

    private boolean primary;

    /**
     * A listener that has not been told anything.
     *
     * @param mayComeLate of which sets a primary may be told
     * @param mayBeSuperseded of which sequences it need not be told, if it begins with a base behind them
     */
    ListenerReplay(
            ProcessHistory history,
            OneLog log,
            Predicate<String> mayComeLate,
            LongPredicate mayBeSuperseded,
            Consumer<Violation> violations) {
        this.history = history;
        this.log = log;
        this.mayComeLate = mayComeLate;
        this.mayBeSuperseded = mayBeSuperseded;
        this.violations = violations;
    }

    /**
     * Goes through all of it.
     *
     * @param standby whether it stood by in the end, and had been given time to read all
     */
    void replay(boolean standby) {
        for (Told told : history.told()) {
            if (told instanceof Told.Delivered set) {
                delivered(set);
            } else if (told instanceof Told.Primary start) {
                started(start);
            } else if (told instanceof Told.Fenced) {
                primary = false;
            } else if (told instanceof Told.Reset) {
                primary = false;
                next = 0;
                begunWith = 0;
                setEpoch = 0;
            }
        }
        if (standby && (primary || told() < log.length())) {
            report(Kind.BEHIND, "was told of all up to " + told() + " in the end, of " + log.length());
        }
    }

    private void report(Kind kind, String what) {
        violations.accept(new Violation(kind, history.process() + " " + what));
    }

    /** The sequence up to which it has all. */
    private long told() {
        return next == 0 ? 0 : afterSuperseded(next, begunWith + 1) - 1;
    }

    private void delivered(Told.Delivered set) {
        if (primary && mayComeLate.test(set.id())) {
            return;
        }
        if (primary) {
            report(Kind.DELIVERED_TO_PRIMARY, "was told of " + set.id() + " while it was the primary");
        }
        if (next == 0 && set.base()) {
            begunWith = set.sequence();
            advanceTo(set.covers() + 1);
            return;
        }
        if (set.epoch() < setEpoch) {
            report(Kind.EPOCH_BACK, "was told of " + set.id() + " of epoch " + set.epoch() + " after " + setEpoch);
        }
        setEpoch = Math.max(setEpoch, set.epoch());
        long expected = afterSuperseded(Math.max(next, 1), set.sequence());
        if (set.sequence() < expected) {
            report(Kind.DUPLICATED, "was told of " + set.id() + ", sequence " + set.sequence() + ", again");
        } else if (set.sequence() > expected) {
            report(Kind.LEFT_OUT, "was told of sequence " + set.sequence() + " instead of " + expected);
        }
        if (set.base() && set.covers() != set.sequence() - 1) {
            report(Kind.LEFT_OUT, "was told of a base, " + set.id() + ", that takes sets away from it");
        }
        advanceTo(set.sequence() + 1);
    }

    /** What has to come next, if not the sequences before the base that it began with which are of former ones. */
    private long afterSuperseded(long expected, long told) {
        long sequence = expected;
        while (sequence < told && (sequence == begunWith || (sequence < begunWith && mayBeSuperseded.test(sequence)))) {
            sequence++;
        }
        return sequence;
    }

    private void advanceTo(long sequence) {
        next = sequence == begunWith ? sequence + 1 : sequence;
    }

    private void started(Told.Primary start) {
        long newest = Math.max(setEpoch, termEpoch);
        if (start.epoch() <= newest) {
            report(Kind.EPOCH_BACK, "started in epoch " + start.epoch() + " after " + newest);
        }
        termEpoch = start.epoch();
        long least = log.lastKnownBefore(start.epoch());
        if (told() < least) {
            report(Kind.STARTED_UNLIKE_THE_LOG, "started with all up to " + told() + ", and there was " + least);
        }
        if (told() >= log.firstKnownSince(start.epoch())) {
            report(Kind.STARTED_UNLIKE_THE_LOG, "started with " + told() + ", which is of its own epoch");
        }
        primary = true;
    }
}
