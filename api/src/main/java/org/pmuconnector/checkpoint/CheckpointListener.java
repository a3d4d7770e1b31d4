package org.pmuconnector.checkpoint;

/**
 * The standby's side, implemented by a message-driven bean. The calls are the same on a cold start, a switchover and a
 * failover: sets in commit order, one at a time, then {@link #onPrimary(PrimaryTerm)} if this server becomes the
 * primary. No two calls of one activation overlap.
 *
 * <p>An exception from {@link #onCheckpoint(Checkpoint)} rolls the delivery back; the same set is delivered again.
 */
public interface CheckpointListener {

    /** A committed set: the newest base when starting, then updates. Called in the bean's transaction. */
    void onCheckpoint(Checkpoint checkpoint);

    /**
     * This server is the primary: every acknowledged set has been delivered, the former primary can no longer write, and
     * the region may be written from here.
     */
    void onPrimary(PrimaryTerm term);

    /** Another server took over: stop serving. What this server writes now is refused. */
    void onFenced(PrimaryTerm term);

    /**
     * Forget everything held for the region: it is delivered anew from the newest base.
     *
     * @param region the region's name
     * @param reason why, in words for a log
     */
    void onReset(String region, String reason);
}
