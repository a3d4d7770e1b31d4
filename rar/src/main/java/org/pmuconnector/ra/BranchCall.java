package org.pmuconnector.ra;

/** What a transaction manager does to a branch. */
enum BranchCall {
    /** The first association: {@code start} with {@code TMNOFLAGS}. */
    BEGIN,
    /** A further association: {@code start} with {@code TMJOIN}. */
    JOIN,
    /** The last association ended well: {@code end} with {@code TMSUCCESS}. */
    END,
    /** An association ended badly: {@code end} with {@code TMFAIL}. */
    END_FAILED,
    /** {@code prepare}. */
    PREPARE,
    /** {@code commit} with one phase. */
    COMMIT_ONE_PHASE,
    /** {@code commit} after {@code prepare}. */
    COMMIT,
    /** {@code rollback}. */
    ROLLBACK,
    /** An administrator has decided; the transaction manager hears of it. */
    DECIDED,
    /** {@code forget}. */
    FORGET,
    /** The time that the transaction manager gave it is over. */
    EXPIRE
}
