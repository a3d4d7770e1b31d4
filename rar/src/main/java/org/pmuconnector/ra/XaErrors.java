package org.pmuconnector.ra;

import java.lang.System.Logger;
import javax.transaction.xa.XAException;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/**
 * What a transaction manager is told. It gets a number only, and applications often nothing but "rolled back", so the
 * reason goes to the log as well.
 */
final class XaErrors {

    private static final Logger LOGGER = System.getLogger(XaErrors.class.getName());

    private XaErrors() {}

    /** A call that the protocol does not allow. */
    static XAException refused(int xaCode, String message) {
        return exception(xaCode, message, null);
    }

    /** A prepare or one-phase commit that failed: rolled back where nothing was written, unknown otherwise. */
    static XAException notCommitted(PmuException cause, String what) {
        int xaCode = commitFailure(cause);
        LogMessage.NOT_COMMITTED.log(
                LOGGER, what, cause.getMessage(), cause.code().text());
        return exception(xaCode, what + ": " + cause.getMessage(), cause);
    }

    /**
     * An outcome that did not reach the log: the transaction manager has to come again, in recovery if need be; or it is
     * told that an administrator has decided.
     */
    static XAException notSettled(PmuException cause, String what) {
        int xaCode =
                switch (cause.code()) {
                    case BRANCH_UNKNOWN -> XAException.XAER_NOTA;
                    case BRANCH_COMMITTED -> XAException.XA_HEURCOM;
                    case BRANCH_ROLLED_BACK -> XAException.XA_HEURRB;
                    default -> XAException.XAER_RMFAIL;
                };
        (xaCode == XAException.XAER_RMFAIL ? LogMessage.NOT_SETTLED : LogMessage.SETTLED_OTHERWISE)
                .log(LOGGER, what, cause.getMessage(), cause.code().text());
        return exception(xaCode, what + ": " + cause.getMessage(), cause);
    }

    /** Whether an administrator was faster. */
    static boolean isHeuristic(PmuException e) {
        return e.code() == ErrorCode.BRANCH_COMMITTED || e.code() == ErrorCode.BRANCH_ROLLED_BACK;
    }

    /** A failure of what follows a commit: no longer the transaction manager's business. */
    static void afterCommit(PmuException cause, Branch branch) {
        LogMessage.AFTER_COMMIT_FAILED.log(
                LOGGER, branch, cause.getMessage(), cause.code().text());
    }

    /**
     * The code for a failed prepare or one-phase commit. A rollback code promises that nothing was written and never
     * will be; a fenced instance promises nothing: its branch may have been resolved by the new primary.
     *
     * <p>Never {@code XA_RBCOMMFAIL} or {@code XA_RBTRANSIENT}: servers of the GlassFish family take them for a reason to
     * hold the caller for a minute and to commit again what has been rolled back.
     */
    static int commitFailure(PmuException e) {
        if (e.code() == ErrorCode.INTERNAL) {
            return XAException.XAER_RMERR;
        }
        if (e.durability() != Durability.NOT_WRITTEN || e.code() == ErrorCode.FENCED_OFF) {
            return XAException.XAER_RMFAIL;
        }
        return switch (e.code()) {
            case BEYOND_COMMITTED, PAYLOAD_TOO_LARGE, STALE_OVERWRITE -> XAException.XA_RBINTEGRITY;
            default -> XAException.XA_RBROLLBACK;
        };
    }

    static XAException exception(int xaCode, String message, Throwable cause) {
        XAException exception = new XAException(message);
        exception.errorCode = xaCode;
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }
}
