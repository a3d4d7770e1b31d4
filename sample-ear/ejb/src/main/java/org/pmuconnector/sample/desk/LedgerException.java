package org.pmuconnector.sample.desk;

/** The database did not take a batch; the region did not either, as both belong to one transaction. */
public class LedgerException extends Exception {

    private static final long serialVersionUID = 1L;

    /** With what the database said. */
    public LedgerException(String message, Throwable cause) {
        super(message, cause);
    }
}
