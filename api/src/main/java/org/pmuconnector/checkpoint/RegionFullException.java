package org.pmuconnector.checkpoint;

/** The region has no room until retention frees some: write a base, let the subscription clear, or enlarge the region. */
public class RegionFullException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public RegionFullException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
