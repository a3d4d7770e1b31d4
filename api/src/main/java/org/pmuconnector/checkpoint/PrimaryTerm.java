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
}
