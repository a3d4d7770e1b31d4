package org.pmuconnector.ra;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAException;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;

/**
 * The branches of one region that this adapter knows: one resource manager for the transaction manager, whichever
 * managed connection it speaks through. Safe for use by many threads.
 */
final class BranchTable {

    private final Map<BranchXid, Branch> branches = new ConcurrentHashMap<>();
    private final String instanceName;
    private final MonotonicClock clock;

    BranchTable(String instanceName, MonotonicClock clock) {
        this.instanceName = instanceName;
        this.clock = clock;
    }

    String instanceName() {
        return instanceName;
    }

    /**
     * A new branch with its first association.
     *
     * @param timeout until it is prepared; zero for as much as it takes
     */
    Branch begin(BranchXid xid, Duration timeout) throws XAException {
        Branch branch = new Branch(xid, instanceName, timeout.isZero() ? null : Deadline.after(clock, timeout));
        branch.associate(BranchCall.BEGIN);
        Branch known = branches.putIfAbsent(xid, branch);
        if (known != null) {
            throw XaErrors.refused(XAException.XAER_DUPID, known + " is known already");
        }
        return branch;
    }

    /** The branch, or null if it is not known here; it may be in the log then. */
    Branch find(BranchXid xid) {
        return branches.get(xid);
    }

    /**
     * The branch.
     *
     * @throws XAException {@code XAER_NOTA} if it is not known
     */
    Branch get(BranchXid xid) throws XAException {
        Branch branch = branches.get(xid);
        if (branch == null) {
            throw XaErrors.refused(XAException.XAER_NOTA, "branch " + xid + " is not known");
        }
        return branch;
    }

    /** Forgets a branch that has finished. */
    void dropIfFinished(Branch branch) {
        if (branch.state() == BranchState.NONE) {
            branches.remove(branch.xid(), branch);
        }
    }

    /** Drops what overdue branches have written; they stay until they are rolled back. */
    void expireOverdue() {
        for (Branch branch : branches.values()) {
            branch.expire();
        }
    }

    int size() {
        return branches.size();
    }
}
