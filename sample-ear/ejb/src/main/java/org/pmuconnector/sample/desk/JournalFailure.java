package org.pmuconnector.sample.desk;

import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.Durability;
import org.pmuconnector.checkpoint.FencedException;
import org.pmuconnector.checkpoint.NotPrimaryException;
import org.pmuconnector.checkpoint.OutcomeUnknownException;
import org.pmuconnector.checkpoint.PayloadTooLargeException;
import org.pmuconnector.checkpoint.RegionFullException;
import org.pmuconnector.sample.desk.DeskException.Reason;

/** What a failed call of the journal means for the desk. */
final class JournalFailure {

    private final Exception thrown;
    private final CheckpointException known;
    private final LedgerException ofLedger;

    private JournalFailure(Exception thrown, CheckpointException known, LedgerException ofLedger) {
        this.thrown = thrown;
        this.known = known;
        this.ofLedger = ofLedger;
    }

    /** Looks for the connector's own exception: when the commit fails it is wrapped in the container's. */
    static JournalFailure of(Exception thrown) {
        if (thrown instanceof LedgerException ofLedger) {
            return new JournalFailure(thrown, null, ofLedger);
        }
        Throwable cause = thrown;
        // Bounded, because a chain of causes may close on itself.
        for (int depth = 0; cause != null && depth < 16; depth++) {
            if (cause instanceof CheckpointException known) {
                return new JournalFailure(thrown, known, null);
            }
            cause = cause.getCause();
        }
        return new JournalFailure(thrown, null, null);
    }

    /** Whether the set may be in the region. Without the connector's word for it, it may. */
    private boolean leavesOutcomeOpen() {
        return ofLedger == null && (known == null || known.durability() != Durability.NOT_WRITTEN);
    }

    /**
     * Whether the state may lack what the region has: this set, or one that the database knows, as a transaction that was
     * taken for failed may have committed since.
     */
    boolean asksToReadAnew() {
        return leavesOutcomeOpen() || ofLedger != null;
    }

    Reason reason() {
        if (ofLedger != null) {
            return Reason.UNAVAILABLE;
        }
        if (known instanceof FencedException) {
            return Reason.FENCED;
        }
        if (known instanceof NotPrimaryException) {
            return Reason.NOT_PRIMARY;
        }
        if (leavesOutcomeOpen() || known instanceof OutcomeUnknownException) {
            return Reason.OUTCOME_UNKNOWN;
        }
        if (known instanceof RegionFullException) {
            return Reason.REGION_FULL;
        }
        if (known instanceof PayloadTooLargeException) {
            return Reason.BATCH_TOO_LARGE;
        }
        return switch (known.category()) {
            case RETRY -> Reason.UNAVAILABLE;
            case FENCED -> Reason.FENCED;
            case RECONFIGURE, FATAL -> Reason.BROKEN;
        };
    }

    /** The fact in words; the connector's message, which ends with its code, when there is one. */
    String describe() {
        if (ofLedger != null) {
            return ofLedger.getMessage();
        }
        if (known != null) {
            return known.getMessage();
        }
        // Transaction managers hand on a number at best; the connector has logged why.
        return "the transaction did not commit, or it is not known whether it did; the server's log says why ("
                + (thrown.getMessage() == null ? thrown.getClass().getName() : thrown.getMessage()) + ")";
    }
}
