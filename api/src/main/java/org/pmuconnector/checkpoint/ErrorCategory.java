package org.pmuconnector.checkpoint;

/** What the caller should do about an error. */
public enum ErrorCategory {
    /** Try again, at once or a little later: the cause passes. */
    RETRY,
    /** Change the configuration or the request: trying again gives the same error. */
    RECONFIGURE,
    /** Stop serving: another instance is the primary. */
    FENCED,
    /** Stop and look: stored data or the program is damaged. */
    FATAL
}
