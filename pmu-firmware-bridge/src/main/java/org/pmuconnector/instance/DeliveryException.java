package org.pmuconnector.instance;

/** A call to a listener failed; the cause is what it threw. */
final class DeliveryException extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_CAUSE_CHAIN = 16;

    DeliveryException(Exception cause) {
        super(cause);
    }

    /** What it threw in the first place, which a server may have wrapped. */
    Throwable origin() {
        Throwable origin = getCause();
        // No chain that means something is longer.
        for (int i = 0; i < LONGEST_CAUSE_CHAIN && origin.getCause() != null; i++) {
            origin = origin.getCause();
        }
        return origin;
    }
}
