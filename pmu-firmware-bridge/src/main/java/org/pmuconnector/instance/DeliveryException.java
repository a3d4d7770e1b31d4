package org.pmuconnector.instance;

/** A call to a listener failed; the cause is what it threw. */
final class DeliveryException extends Exception {

    private static final long serialVersionUID = 1L;

    DeliveryException(Exception cause) {
        super(cause);
    }
}
