package org.pmuconnector.ra;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAException;

/**
 * The branches of one region that this adapter knows: one resource manager for the transaction manager, whichever
 * managed connection it speaks through. Safe for use by many threads.
 */
final class BranchTable {

    private final Map<BranchXid, Branch> branches = new ConcurrentHashMap<>();
    private final String instanceName;

    BranchTable(String instanceName) {
        this.instanceName = instanceName;
    }

    String instanceName() {
        return instanceName;
    }

    /** A new branch with its first association. */
    Branch begin(BranchXid xid) throws XAException {
        Branch branch = new Branch(xid, instanceName);
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

    int size() {
        return branches.size();
    }
}
