package org.pmuconnector.ra.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import javax.transaction.xa.Xid;

/** A transaction branch that has the name of its operation. */
record ChaosXid(String operation) implements Xid {

    private static final int FORMAT = 0x4348;
    private static final byte[] QUALIFIER = {1};

    /** The operation that a branch is of. */
    static String operationOf(Xid xid) {
        return new String(xid.getGlobalTransactionId(), UTF_8);
    }

    @Override
    public int getFormatId() {
        return FORMAT;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return operation.getBytes(UTF_8);
    }

    @Override
    public byte[] getBranchQualifier() {
        return QUALIFIER.clone();
    }
}
