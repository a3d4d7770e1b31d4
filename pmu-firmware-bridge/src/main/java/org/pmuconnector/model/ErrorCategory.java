package org.pmuconnector.model;

/** What the caller should do about an error. */
public enum ErrorCategory {
    /** Try again: the cause passes. */
    RETRY,
    /** Change the configuration or the request. */
    RECONFIGURE,
    /** Stop serving: another instance is the primary. */
    FENCED,
    /** Stop and look: data or the program is damaged. */
    FATAL
}
