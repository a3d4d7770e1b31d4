package org.pmuconnector.ra;

import java.util.Arrays;
import java.util.HexFormat;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;
import org.pmuconnector.log.BranchId;

/** A transaction branch's id as a value: servers pass objects whose equality says nothing. */
final class BranchXid implements Xid {

    private final int formatId;
    private final byte[] globalTransactionId;
    private final byte[] branchQualifier;

    private BranchXid(int formatId, byte[] globalTransactionId, byte[] branchQualifier) {
        this.formatId = formatId;
        this.globalTransactionId = globalTransactionId;
        this.branchQualifier = branchQualifier;
    }

    /**
     * A server's id.
     *
     * @throws XAException {@code XAER_INVAL} if there is none, or it is longer than the specification allows
     */
    static BranchXid of(Xid xid) throws XAException {
        if (xid == null) {
            throw XaErrors.refused(XAException.XAER_INVAL, "no transaction branch is named");
        }
        byte[] global = xid.getGlobalTransactionId();
        byte[] branch = xid.getBranchQualifier();
        if (global == null || branch == null || global.length > MAXGTRIDSIZE || branch.length > MAXBQUALSIZE) {
            throw XaErrors.refused(XAException.XAER_INVAL, "the branch id's parts are missing or too long");
        }
        return new BranchXid(xid.getFormatId(), global.clone(), branch.clone());
    }

    static BranchXid of(BranchId id) {
        return new BranchXid(id.formatId(), id.globalTransactionId(), id.branchQualifier());
    }

    /** The same id in the log's words. */
    BranchId in(String instanceName) {
        return new BranchId(formatId, globalTransactionId, branchQualifier, instanceName);
    }

    @Override
    public int getFormatId() {
        return formatId;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return globalTransactionId.clone();
    }

    @Override
    public byte[] getBranchQualifier() {
        return branchQualifier.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BranchXid that
                && formatId == that.formatId
                && Arrays.equals(globalTransactionId, that.globalTransactionId)
                && Arrays.equals(branchQualifier, that.branchQualifier);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * formatId + Arrays.hashCode(globalTransactionId)) + Arrays.hashCode(branchQualifier);
    }

    /** Format id, global id and branch qualifier in hexadecimal, joined by ':'. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return Integer.toHexString(formatId) + ":" + hex.formatHex(globalTransactionId) + ":"
                + hex.formatHex(branchQualifier);
    }
}
