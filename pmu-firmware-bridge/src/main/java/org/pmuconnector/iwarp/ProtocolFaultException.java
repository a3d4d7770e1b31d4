package org.pmuconnector.iwarp;

import java.util.Objects;

/**
 * The peer sent what the protocols do not allow; the stream must be terminated with the code. Without a stack trace: a
 * hostile peer may cause any number of them.
 */
public final class ProtocolFaultException extends Exception {

    private static final long serialVersionUID = 1L;

    private final TerminateCode code;

    /** A violation; the detail says what was seen and what is allowed. */
    public ProtocolFaultException(TerminateCode code, String detail) {
        super(code.text() + ": " + detail, null, false, false);
        this.code = Objects.requireNonNull(code);
    }

    /** What the Terminate message says. */
    public TerminateCode code() {
        return code;
    }
}
