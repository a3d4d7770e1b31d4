package org.pmuconnector.pmu.nic;

import java.util.Objects;

/** The tables refused an access. Without a stack trace: a hostile peer may cause any number of them. */
public final class ProtectionFaultException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why; the reasons of RFC 5040 and RFC 5041. */
    public enum Fault {
        /** No such key, or one that has been revoked. */
        INVALID_KEY,
        /** The key belongs to another connection. */
        NOT_ASSOCIATED_WITH_STREAM,
        /** The range is not within the key's. */
        BASE_OR_BOUNDS,
        /** The key does not grant this kind of access. */
        ACCESS_RIGHTS,
        /** Address plus length exceeds 64 bits. */
        ADDRESS_WRAP,
        /** The key's range is not backed by memory. */
        UNMAPPED
    }

    private final Fault fault;

    /** A refused access, described by the key and range asked for. */
    public ProtectionFaultException(Fault fault, int key, long address, long lengthBytes) {
        super(
                fault + ": key 0x" + Integer.toHexString(key) + ", address 0x" + Long.toHexString(address) + ", "
                        + lengthBytes + " bytes",
                null,
                false,
                false);
        this.fault = Objects.requireNonNull(fault);
    }

    /** Why. */
    public Fault fault() {
        return fault;
    }
}
