package org.pmuconnector.ra;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.PmuException;

/**
 * One managed connection's, or the recovery's, way to the region as a resource manager (Jakarta Transactions, X/Open
 * XA). The branches belong to the region: any resource of it may complete them.
 *
 * <p>Safe for use by many threads, as a transaction manager may roll a timed-out branch back from another one.
 */
final class CheckpointXaResource implements XAResource {

    private final BranchTable branches;
    private final LinkSource links;
    private final LinkSource settlingLinks;
    private final LocalWork localWork;
    private final Map<BranchXid, Branch> suspended = new HashMap<>();
    private volatile Branch associated;
    private boolean scanning;
    private int timeoutSeconds;

    /** What shares the connection with the branches: only one of them at a time. */
    interface LocalWork {

        /** Whether a local transaction is in progress. */
        boolean inProgress();
    }

    /**
     * A way to a region's branches.
     *
     * @param links for what belongs to the connection: writing groups
     * @param settlingLinks for what any connection can do: outcomes and recovery
     */
    CheckpointXaResource(BranchTable branches, LinkSource links, LinkSource settlingLinks, LocalWork localWork) {
        this.branches = branches;
        this.links = links;
        this.settlingLinks = settlingLinks;
        this.localWork = localWork;
    }

    /** The branch that the connection works for now, or null. */
    Branch associated() {
        return associated;
    }

    @Override
    public synchronized void start(Xid xid, int flags) throws XAException {
        BranchXid key = BranchXid.of(xid);
        if (associated != null) {
            throw XaErrors.refused(XAException.XAER_PROTO, "the connection works for " + associated + " already");
        }
        if (localWork.inProgress()) {
            throw XaErrors.refused(XAException.XAER_OUTSIDE, "a local transaction is in progress on the connection");
        }
        switch (flags) {
            case TMNOFLAGS -> associated = branches.begin(key, Duration.ofSeconds(timeoutSeconds));
            case TMJOIN -> associated = join(key);
            case TMRESUME -> associated = resume(key);
            default -> throw badFlags("start", flags);
        }
    }

    private Branch join(BranchXid key) throws XAException {
        if (suspended.containsKey(key)) {
            throw XaErrors.refused(XAException.XAER_PROTO, "branch " + key + " is suspended here: resume it");
        }
        Branch branch = branches.get(key);
        branch.associate(BranchCall.JOIN);
        return branch;
    }

    private Branch resume(BranchXid key) throws XAException {
        Branch branch = suspended.remove(key);
        if (branch == null) {
            throw XaErrors.refused(
                    branches.find(key) == null ? XAException.XAER_NOTA : XAException.XAER_PROTO,
                    "branch " + key + " is not suspended here");
        }
        return branch;
    }

    @Override
    public synchronized void end(Xid xid, int flags) throws XAException {
        BranchXid key = BranchXid.of(xid);
        boolean isAssociated = associated != null && associated.xid().equals(key);
        if (!isAssociated && !suspended.containsKey(key)) {
            throw XaErrors.refused(
                    branches.find(key) == null ? XAException.XAER_NOTA : XAException.XAER_PROTO,
                    "the connection does not work for branch " + key);
        }
        switch (flags) {
            case TMSUSPEND -> suspend(key, isAssociated);
            case TMSUCCESS -> end(key, isAssociated, BranchCall.END);
            case TMFAIL -> end(key, isAssociated, BranchCall.END_FAILED);
            default -> throw badFlags("end", flags);
        }
    }

    private void suspend(BranchXid key, boolean isAssociated) throws XAException {
        if (!isAssociated) {
            throw XaErrors.refused(XAException.XAER_PROTO, "branch " + key + " is suspended already");
        }
        suspended.put(key, associated);
        associated = null;
    }

    private void end(BranchXid key, boolean isAssociated, BranchCall call) throws XAException {
        Branch branch = isAssociated ? associated : suspended.get(key);
        branch.dissociate(call);
        if (isAssociated) {
            associated = null;
        } else {
            suspended.remove(key);
        }
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        Branch branch = branches.get(BranchXid.of(xid));
        try {
            return branch.prepare(links, settlingLinks);
        } finally {
            branches.dropIfFinished(branch);
        }
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        BranchXid key = BranchXid.of(xid);
        Branch branch = branches.find(key);
        if (branch == null) {
            if (onePhase) {
                throw XaErrors.refused(XAException.XAER_NOTA, "branch " + key + " is not known");
            }
            settleRecovered(key, BranchCall.COMMIT);
            return;
        }
        try {
            if (onePhase) {
                branch.commitOnePhase(links);
            } else {
                branch.commit(settlingLinks);
            }
        } finally {
            branches.dropIfFinished(branch);
        }
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        BranchXid key = BranchXid.of(xid);
        Branch branch = branches.find(key);
        if (branch == null) {
            settleRecovered(key, BranchCall.ROLLBACK);
            return;
        }
        try {
            branch.rollback(settlingLinks);
        } finally {
            branches.dropIfFinished(branch);
        }
    }

    /** A branch that only the log knows: prepared before a restart, or by a prepare whose answer was lost. */
    private void settleRecovered(BranchXid key, BranchCall outcome) throws XAException {
        try {
            if (!inDoubt().contains(key)) {
                throw XaErrors.refused(XAException.XAER_NOTA, "branch " + key + " is not known, nor in doubt");
            }
            Branch.settleRecovered(settlingLinks, key.in(branches.instanceName()), outcome);
        } catch (PmuException e) {
            throw XaErrors.notSettled(e, outcome + " of branch " + key);
        }
    }

    @Override
    public synchronized Xid[] recover(int flags) throws XAException {
        if ((flags & ~(TMSTARTRSCAN | TMENDRSCAN)) != 0) {
            throw badFlags("recover", flags);
        }
        boolean starts = (flags & TMSTARTRSCAN) != 0;
        if (!starts && !scanning) {
            throw XaErrors.refused(XAException.XAER_INVAL, "recover without TMSTARTRSCAN: no scan is open");
        }
        Xid[] found = {};
        if (starts) {
            // All at once: what is in doubt fits in memory, and a scan's later calls have nothing left to add.
            try {
                found = inDoubt().toArray(Xid[]::new);
            } catch (PmuException e) {
                throw XaErrors.exception(
                        XAException.XAER_RMFAIL, "in-doubt branches cannot be read: " + e.getMessage(), e);
            }
        }
        scanning = (flags & TMENDRSCAN) == 0;
        return found;
    }

    private List<BranchXid> inDoubt() throws PmuException {
        List<BranchId> ids = settlingLinks.withLink(RegionLink::inDoubt);
        return ids.stream().map(BranchXid::of).toList();
    }

    @Override
    public void forget(Xid xid) throws XAException {
        BranchXid key = BranchXid.of(xid);
        Branch branch = branches.find(key);
        if (branch != null) {
            branch.forget(settlingLinks);
            branches.dropIfFinished(branch);
            return;
        }
        try {
            Branch.forgetInCatalog(settlingLinks, key, branches.instanceName());
        } catch (PmuException e) {
            throw XaErrors.notSettled(e, "forgetting branch " + key);
        }
    }

    @Override
    public boolean isSameRM(XAResource other) {
        return other instanceof CheckpointXaResource that && branches == that.branches;
    }

    /** Seconds that a branch begun here may take until it is prepared; 0 for no limit of its own. */
    @Override
    public synchronized int getTransactionTimeout() {
        return timeoutSeconds;
    }

    /** For branches begun from now on; 0 for no limit of their own, the transaction manager's applies. */
    @Override
    public synchronized boolean setTransactionTimeout(int seconds) throws XAException {
        if (seconds < 0) {
            throw XaErrors.refused(XAException.XAER_INVAL, "a transaction timeout of " + seconds + " s");
        }
        timeoutSeconds = seconds;
        return true;
    }

    private static XAException badFlags(String call, int flags) {
        return XaErrors.refused(XAException.XAER_INVAL, call + " with flags 0x" + Integer.toHexString(flags));
    }
}
