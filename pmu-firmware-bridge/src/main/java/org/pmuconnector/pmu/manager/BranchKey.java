package org.pmuconnector.pmu.manager;

import com.google.protobuf.ByteString;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * A branch of a distributed transaction as the manager keeps it: the X/Open XA identifier, and who prepared it.
 *
 * @param formatId of the identifier
 * @param globalTransactionId up to 64 bytes
 * @param branchQualifier up to 64 bytes
 * @param instanceName of the adapter whose transaction manager decides
 */
public record BranchKey(int formatId, ByteString globalTransactionId, ByteString branchQualifier, String instanceName) {

    private static final int MAX_PART_BYTES = 64;

    /**
     * A key made of what a peer sent.
     *
     * @throws PmuException {@code PROTOCOL_VIOLATION} if no branch is called so
     */
    public static BranchKey of(
            int formatId, ByteString globalTransactionId, ByteString branchQualifier, String instanceName)
            throws PmuException {
        if (globalTransactionId.isEmpty()
                || globalTransactionId.size() > MAX_PART_BYTES
                || branchQualifier.size() > MAX_PART_BYTES
                || !RegionProperties.isName(instanceName)) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "a transaction branch of " + globalTransactionId.size() + " and " + branchQualifier.size()
                            + " bytes, of instance '" + RegionProperties.shown(instanceName)
                            + "': parts have 1 to " + MAX_PART_BYTES + " bytes");
        }
        return new BranchKey(formatId, globalTransactionId, branchQualifier, instanceName);
    }
}
