package org.pmuconnector.checkpoint;

/**
 * A set that a listener failed to take as often as it was allowed to, and that was laid aside. It is kept in the region,
 * where {@link CheckpointConnection#recover()} finds it, until an administrator lets it go.
 *
 * @param subscription of the listener
 * @param sequence of the set
 * @param reason the beginning of the failure's words
 */
public record ParkedSet(String subscription, long sequence, String reason) {}
