package org.pmuconnector.sample.state;

/** Bytes that are not what this release of the desk can read: damaged, or written by a newer release. */
public class MalformedPayloadException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param reason what is wrong, at which offset */
    public MalformedPayloadException(String reason) {
        super(reason);
    }
}
