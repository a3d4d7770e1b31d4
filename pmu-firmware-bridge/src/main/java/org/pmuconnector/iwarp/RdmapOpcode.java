package org.pmuconnector.iwarp;

/** The low four bits of an RDMAP control field: which message a segment belongs to (RFC 5040, section 4.2; RFC 7306). */
public final class RdmapOpcode {

    /** RDMA Write; tagged. */
    public static final int WRITE = 0;

    /** RDMA Read Request; untagged, queue 1. */
    public static final int READ_REQUEST = 1;

    /** RDMA Read Response; tagged. */
    public static final int READ_RESPONSE = 2;

    /** Send; untagged, queue 0. */
    public static final int SEND = 3;

    /** Send with Invalidate; untagged, queue 0. */
    public static final int SEND_INVALIDATE = 4;

    /** Send with Solicited Event; untagged, queue 0. */
    public static final int SEND_SOLICITED = 5;

    /** Send with Solicited Event and Invalidate; untagged, queue 0. */
    public static final int SEND_SOLICITED_INVALIDATE = 6;

    /** Terminate; untagged, queue 2. */
    public static final int TERMINATE = 7;

    private static final String[] NAMES = {
        "RDMA Write",
        "RDMA Read Request",
        "RDMA Read Response",
        "Send",
        "Send with Invalidate",
        "Send with Solicited Event",
        "Send with Solicited Event and Invalidate",
        "Terminate",
        "Immediate Data",
        "Immediate Data with Solicited Event",
        "Atomic Request",
        "Atomic Response"
    };

    private RdmapOpcode() {}

    /** For messages to people. */
    public static String name(int opcode) {
        return opcode >= 0 && opcode < NAMES.length ? NAMES[opcode] : "opcode " + opcode;
    }
}
