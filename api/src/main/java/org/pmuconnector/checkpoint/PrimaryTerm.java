package org.pmuconnector.checkpoint;

import java.util.List;

/** The time during which one instance is a region's primary. Safe for use by many threads. */
public interface PrimaryTerm {

    /** The region's name. */
    String region();

    /** The epoch: rises by at least one from each term to the next. */
    long epoch();

    /** Transactions that were prepared, but neither committed nor rolled back, when the term began. */
    List<InDoubtBranch> inDoubt();

    /** What listeners of the region could not take, and was parked, when the term began; by subscription and sequence. */
    List<ParkedSet> parked();

    /**
     * Whether this instance is known to be the primary still: its session with the unit is within its lease and no other
     * took over. Check it before answering a read that must not be stale.
     */
    boolean isValid();

    /**
     * Asks for another instance to become the primary, as before maintenance. Returns when the unit has taken the wish: the
     * writes in progress end, later ones are refused with {@link NotPrimaryException} and succeed at the new primary,
     * and this listener is told by {@link CheckpointListener#onFenced}.
     *
     * @throws CheckpointException category {@link ErrorCategory#RETRY} if no other instance stands by; {@link
     *     FencedException} or {@link NotPrimaryException} if the term is over
     */
    void handOver() throws CheckpointException;
}
