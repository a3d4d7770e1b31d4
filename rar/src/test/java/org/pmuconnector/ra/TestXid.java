package org.pmuconnector.ra;

import javax.transaction.xa.Xid;

/** A server's branch id: no equality of its own. */
public final class TestXid implements Xid {

    private final byte number;

    public TestXid(int number) {
        this.number = (byte) number;
    }

    @Override
    public int getFormatId() {
        return 4711;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return new byte[] {1, 2, number};
    }

    @Override
    public byte[] getBranchQualifier() {
        return new byte[] {3};
    }
}
