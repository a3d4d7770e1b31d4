package org.pmuconnector.sample.book;

/** Text that is not a message. The message says where and why. */
public class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1L;

    private final long lineNumber;

    /**
     * @param lineNumber the line, from 1; 0 if the text has no lines
     * @param reason what is wrong and what is allowed
     */
    public MalformedMessageException(long lineNumber, String reason) {
        super(lineNumber > 0 ? "line " + lineNumber + ": " + reason : reason);
        this.lineNumber = lineNumber;
    }

    /** The line, from 1; 0 if the text has no lines. */
    public long lineNumber() {
        return lineNumber;
    }
}
