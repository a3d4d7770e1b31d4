package org.pmuconnector.ra;

import static org.pmuconnector.ra.BranchState.NONE;

import java.lang.System.Logger;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/**
 * One branch of a global transaction: all that was written under it, by whichever managed connections it was associated
 * with. Safe for use by many threads; an operation on the unit holds the branch, so that two completions cannot cross.
 */
final class Branch {

    private static final Logger LOGGER = System.getLogger(Branch.class.getName());

    private final BranchXid xid;
    private final String instanceName;
    private final PendingWork work = new PendingWork();
    private BranchState state = NONE;
    private int associationCount;
    /** An outcome was asked for and its answer was lost: it may be in the log. */
    private boolean settleUncertain;

    /** When its time is over; null for never. */
    private final Deadline deadline;

    private boolean expired;

    /** A branch that has so much time until it is prepared; null for as much as it takes. */
    Branch(BranchXid xid, String instanceName, Deadline deadline) {
        this.xid = xid;
        this.instanceName = instanceName;
        this.deadline = deadline;
    }

    private boolean isOverdue() {
        return deadline != null && deadline.hasPassed();
    }

    /** Drops what it has written if its time is over. */
    void expire() {
        if (!isOverdue()) {
            return;
        }
        try {
            expireIfDue();
        } catch (XAException e) {
            throw new IllegalStateException("a branch that has begun can expire", e);
        }
    }

    /** Drops what it has written if its time is over; only a rollback is left then. */
    private synchronized void expireIfDue() throws XAException {
        if (isOverdue() && (state == BranchState.ACTIVE || state == BranchState.IDLE)) {
            state = state.after(BranchCall.EXPIRE);
            expired = true;
            work.drop();
        }
    }

    BranchXid xid() {
        return xid;
    }

    synchronized BranchState state() {
        return state;
    }

    /** Begins or joins. */
    synchronized void associate(BranchCall call) throws XAException {
        state = state.after(call);
        associationCount++;
    }

    /** Ends one association; the branch is idle when the last has ended. */
    synchronized void dissociate(BranchCall call) throws XAException {
        expireIfDue();
        BranchState next = state.after(call);
        associationCount--;
        if (call == BranchCall.END_FAILED || associationCount == 0) {
            state = next;
        }
    }

    synchronized void add(PendingSet set) throws PmuException {
        checkActive();
        work.add(set);
    }

    synchronized long payloadBytes() {
        return work.payloadBytes();
    }

    synchronized void clear(CursorMove move) throws PmuException {
        checkActive();
        work.clear(move);
    }

    private void checkActive() throws PmuException {
        if (isOverdue()) {
            throw new PmuException(
                    ErrorCode.MISUSE, this + " has taken longer than its transaction may: it takes no more writes");
        }
        if (state != BranchState.ACTIVE) {
            throw new PmuException(ErrorCode.MISUSE, this + " is " + state + ": it takes no more writes");
        }
    }

    /**
     * Makes what waits for its outcome durable.
     *
     * @param settling for taking back what cannot be completed
     * @return {@code XA_RDONLY} if nothing was written: the branch is finished then
     */
    synchronized int prepare(LinkSource links, LinkSource settling) throws XAException {
        BranchState next = nextOrRolledBack(BranchCall.PREPARE);
        if (work.isEmpty()) {
            state = NONE;
            return XAResource.XA_RDONLY;
        }
        try {
            links.withLink(link -> {
                work.prepare(link, xid.in(instanceName));
                return null;
            });
        } catch (PmuException e) {
            // Rolled back, or unknown: then the log is asked when the transaction manager comes to roll back.
            state = NONE;
            if (e.durability() != Durability.WRITTEN) {
                takeClearsBack(settling);
                throw XaErrors.notCommitted(e, this + " was not prepared");
            }
        }
        state = next;
        return XAResource.XA_OK;
    }

    private void takeClearsBack(LinkSource settling) {
        if (!work.hasClears()) {
            return;
        }
        try {
            settling.withLink(link -> {
                link.settleClear(xid.in(instanceName), false);
                return null;
            });
        } catch (PmuException e) {
            if (e.code() != ErrorCode.BRANCH_UNKNOWN) {
                LogMessage.NOT_SETTLED.log(
                        LOGGER, "rollback of " + this, e.getMessage(), e.code().text());
            }
        }
    }

    /** Commits in one phase: one write. */
    synchronized void commitOnePhase(LinkSource links) throws XAException {
        nextOrRolledBack(BranchCall.COMMIT_ONE_PHASE);
        state = NONE;
        if (work.isEmpty()) {
            return;
        }
        try {
            links.withLink(link -> {
                work.commit(link);
                return null;
            });
        } catch (PmuException e) {
            if (e.durability() != Durability.WRITTEN) {
                throw XaErrors.notCommitted(e, this + " was not committed");
            }
            XaErrors.afterCommit(e, this);
        }
    }

    /** Commits what was prepared; stays prepared, to be tried again, if the unit cannot be reached. */
    synchronized void commit(LinkSource links) throws XAException {
        settle(links, state.after(BranchCall.COMMIT), BranchCall.COMMIT);
    }

    /** Drops what was written or, if it was prepared, settles it in the log. */
    synchronized void rollback(LinkSource links) throws XAException {
        BranchState next = state.after(BranchCall.ROLLBACK);
        if (state == BranchState.PREPARED || state == BranchState.HEURISTIC) {
            settle(links, next, BranchCall.ROLLBACK);
        }
        state = next;
    }

    /** Forgets what an administrator decided. */
    synchronized void forget(LinkSource links) throws XAException {
        BranchState next = state.after(BranchCall.FORGET);
        try {
            forgetInCatalog(links, xid, instanceName);
        } catch (PmuException e) {
            if (e.code() != ErrorCode.BRANCH_UNKNOWN) {
                throw XaErrors.notSettled(e, "forgetting " + this);
            }
            // Somebody else was faster.
        }
        state = next;
    }

    private void settle(LinkSource links, BranchState next, BranchCall outcome) throws XAException {
        if (!work.sets().isEmpty()) {
            settle(links, outcome, Branch::settleInLog);
        }
        if (work.hasClears()) {
            settle(links, outcome, Branch::settleClears);
        }
        state = next;
    }

    /** A part of a branch that is settled on its own. */
    private interface Part {
        void settle(LinkSource links, BranchId branch, BranchCall outcome) throws PmuException;
    }

    private void settle(LinkSource links, BranchCall outcome, Part part) throws XAException {
        try {
            settleOrAskAgain(links, outcome, part);
        } catch (PmuException e) {
            notSettled(e, outcome);
        }
    }

    /**
     * Where the answer was lost with the connection, another one tells: an outcome may be told twice. So it does where this
     * one's keys were revoked, as another instance is the primary now.
     */
    private void settleOrAskAgain(LinkSource links, BranchCall outcome, Part part) throws PmuException {
        try {
            part.settle(links, xid.in(instanceName), outcome);
        } catch (PmuException e) {
            boolean lost =
                    switch (e.code()) {
                        case CONNECTION_LOST, DEADLINE_EXCEEDED, OUTCOME_UNKNOWN ->
                            e.durability() == Durability.UNKNOWN;
                        case ACCESS_REFUSED -> true;
                        default -> false;
                    };
            if (!lost) {
                throw e;
            }
            settleUncertain |= e.durability() == Durability.UNKNOWN;
            part.settle(links, xid.in(instanceName), outcome);
        }
    }

    private void notSettled(PmuException e, BranchCall outcome) throws XAException {
        if (settleUncertain && e.code() == ErrorCode.BRANCH_UNKNOWN) {
            return;
        }
        if (XaErrors.isHeuristic(e)) {
            state = state.after(BranchCall.DECIDED);
        } else {
            settleUncertain = true;
        }
        throw XaErrors.notSettled(e, outcome + " of " + this);
    }

    /** Lets the unit forget an administrator's decision. */
    static void forgetInCatalog(LinkSource links, BranchXid xid, String instanceName) throws PmuException {
        links.withLink(link -> {
            link.forget(xid.in(instanceName));
            return null;
        });
    }

    /**
     * Settles a branch of which nobody knows any more what it did.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN} if nothing of it is in doubt
     */
    static void settleRecovered(LinkSource links, BranchId branch, BranchCall outcome) throws PmuException {
        boolean inLog = isSettled(links, branch, outcome, Branch::settleInLog);
        boolean clears = isSettled(links, branch, outcome, Branch::settleClears);
        if (!inLog && !clears) {
            throw new PmuException(ErrorCode.BRANCH_UNKNOWN, "branch " + branch + " is not in doubt any more");
        }
    }

    private static boolean isSettled(LinkSource links, BranchId branch, BranchCall outcome, Part part)
            throws PmuException {
        try {
            part.settle(links, branch, outcome);
            return true;
        } catch (PmuException e) {
            if (e.code() != ErrorCode.BRANCH_UNKNOWN) {
                throw e;
            }
            return false;
        }
    }

    private static void settleInLog(LinkSource links, BranchId branch, BranchCall outcome) throws PmuException {
        links.withLink(link -> {
            if (outcome == BranchCall.COMMIT) {
                link.commitPrepared(branch);
            } else {
                link.rollbackPrepared(branch);
            }
            return null;
        });
    }

    private static void settleClears(LinkSource links, BranchId branch, BranchCall outcome) throws PmuException {
        links.withLink(link -> {
            link.settleClear(branch, outcome == BranchCall.COMMIT);
            return null;
        });
    }

    private BranchState nextOrRolledBack(BranchCall call) throws XAException {
        expireIfDue();
        try {
            return state.after(call);
        } catch (XAException e) {
            if (e.errorCode == XAException.XA_RBROLLBACK) {
                state = NONE;
                if (expired) {
                    throw XaErrors.exception(
                            XAException.XA_RBTIMEOUT, this + " has taken longer than its transaction may", e);
                }
            }
            throw e;
        }
    }

    @Override
    public String toString() {
        return "branch " + xid;
    }
}
