package org.pmuconnector.checkpoint;

import java.util.List;

/**
 * The standby's side, implemented by a message-driven bean. The calls are the same on a cold start, a switchover and a
 * failover: sets in commit order, one at a time, then {@link #onPrimary(PrimaryTerm)} if this server becomes the
 * primary. No two calls of one activation overlap.
 *
 * <p>An exception from {@link #onCheckpoint(Checkpoint)} rolls the delivery back; the same set is delivered again, after
 * a pause, until the activation's {@code maxRedeliveries} is reached and its {@code poisonPolicy} applies.
 *
 * <p>With {@code resume=CURSOR} a delivery clears its set for the subscription in the bean's transaction: together with
 * what the bean writes to other resources of that transaction, each set takes effect exactly once, whatever fails. A bean
 * without a transaction may see a set again after a failure.
 */
public interface CheckpointListener {

    /** A committed set: the newest base when starting, then updates. Called in the bean's transaction. */
    void onCheckpoint(Checkpoint checkpoint);

    /**
     * Committed sets in commit order, in one transaction: called instead of {@link #onCheckpoint(Checkpoint)} where the
     * activation's {@code maxBatchSets} is more than one. All of them are taken, or none. After a failure, they come one
     * by one. With {@code resume=CURSOR}, a base that leaves out some of the sets before it comes together with these.
     *
     * @param checkpoints one or more; hands each to {@link #onCheckpoint(Checkpoint)} unless overridden
     */
    default void onCheckpoints(List<Checkpoint> checkpoints) {
        checkpoints.forEach(this::onCheckpoint);
    }

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
