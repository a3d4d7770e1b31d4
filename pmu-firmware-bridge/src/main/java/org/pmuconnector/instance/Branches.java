package org.pmuconnector.instance;

import com.google.protobuf.ByteString;
import org.pmuconnector.control.wire.Branch;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Transaction branches in the words of the control protocol, and back. */
public final class Branches {

    private Branches() {}

    /** As the manager is told of it. */
    public static Branch toWire(BranchId branch) {
        return Branch.newBuilder()
                .setFormatId(branch.formatId())
                .setGlobalTransactionId(ByteString.copyFrom(branch.globalTransactionId()))
                .setBranchQualifier(ByteString.copyFrom(branch.branchQualifier()))
                .setInstanceName(branch.instanceName())
                .build();
    }

    /**
     * As the log has it.
     *
     * @throws PmuException {@code PROTOCOL_VIOLATION} if no branch is called so
     */
    public static BranchId fromWire(Branch branch) throws PmuException {
        try {
            return new BranchId(
                    branch.getFormatId(),
                    branch.getGlobalTransactionId().toByteArray(),
                    branch.getBranchQualifier().toByteArray(),
                    branch.getInstanceName());
        } catch (IllegalArgumentException e) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION, "the manager names a transaction branch that is none: " + e, e);
        }
    }
}
