package org.pmuconnector.ra;

import javax.transaction.xa.XAException;

/**
 * The states of a transaction branch (X/Open XA, table 6-4). An association that is suspended still belongs to the
 * branch: it stays {@link #ACTIVE}.
 */
enum BranchState {
    /** Not begun, or finished and forgotten (S0). */
    NONE,
    /** At least one association (S1). */
    ACTIVE,
    /** All associations ended well (S2). */
    IDLE,
    /** Can only be rolled back (S4). */
    ROLLBACK_ONLY,
    /** Its group waits in the log for its outcome (S3). */
    PREPARED,
    /** An administrator has decided, and the transaction manager has not said that it may be forgotten (S5). */
    HEURISTIC;

    /**
     * The state after a call that succeeds.
     *
     * @throws XAException the code for a call that this state does not allow
     */
    BranchState after(BranchCall call) throws XAException {
        BranchState next =
                switch (this) {
                    case NONE -> call == BranchCall.BEGIN ? ACTIVE : null;
                    case ACTIVE -> afterActive(call);
                    case IDLE -> afterIdle(call);
                    case ROLLBACK_ONLY -> afterRollbackOnly(call);
                    case PREPARED -> afterPrepared(call);
                    case HEURISTIC -> afterHeuristic(call);
                };
        if (next == null) {
            throw XaErrors.refused(refusal(call), call + " of a transaction branch that is " + this);
        }
        return next;
    }

    private static BranchState afterActive(BranchCall call) {
        return switch (call) {
            case JOIN -> ACTIVE;
            case END -> IDLE;
            case END_FAILED, EXPIRE -> ROLLBACK_ONLY;
            default -> null;
        };
    }

    private static BranchState afterIdle(BranchCall call) {
        return switch (call) {
            case JOIN -> ACTIVE;
            case PREPARE -> PREPARED;
            case COMMIT_ONE_PHASE, ROLLBACK -> NONE;
            case EXPIRE -> ROLLBACK_ONLY;
            default -> null;
        };
    }

    private static BranchState afterPrepared(BranchCall call) {
        return switch (call) {
            case COMMIT, ROLLBACK -> NONE;
            case DECIDED -> HEURISTIC;
            default -> null;
        };
    }

    /** Whoever commits or rolls back is told again what was decided. */
    private static BranchState afterHeuristic(BranchCall call) {
        return switch (call) {
            case COMMIT, ROLLBACK, DECIDED -> HEURISTIC;
            case FORGET -> NONE;
            default -> null;
        };
    }

    private static BranchState afterRollbackOnly(BranchCall call) {
        return switch (call) {
            case END, END_FAILED -> ROLLBACK_ONLY;
            case ROLLBACK -> NONE;
            default -> null;
        };
    }

    private int refusal(BranchCall call) {
        if (this == NONE) {
            return XAException.XAER_NOTA;
        }
        if (call == BranchCall.BEGIN) {
            return XAException.XAER_DUPID;
        }
        boolean asksForCommit = call == BranchCall.PREPARE || call == BranchCall.COMMIT_ONE_PHASE;
        if (this == ROLLBACK_ONLY && (asksForCommit || call == BranchCall.JOIN)) {
            return XAException.XA_RBROLLBACK;
        }
        return XAException.XAER_PROTO;
    }
}
