package org.pmuconnector.sample.desk;

import java.util.List;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.BatchCodec;
import org.pmuconnector.sample.state.DeskState;
import org.pmuconnector.sample.state.Digest;
import org.pmuconnector.sample.state.MalformedPayloadException;
import org.pmuconnector.sample.state.StateCodec;

/** The state together with its place in the region's history. Guarded by the desk's lock. */
final class Replica {

    private DeskState state = new DeskState();
    private long sequence;
    private long updatesSinceBase;
    private long changes;
    private volatile CachedDigest digest;

    private record CachedDigest(long changes, String hex) {}

    /** What a set did to the replica. */
    enum Effect {
        /** The state includes it now. */
        APPLIED,
        /** The state included it before: a delivery was repeated. */
        KNOWN,
        /** It is a base that should have equalled the state, but did not; the state is the base's now. */
        DIVERGED
    }

    /** Rebuilds a replica from what a region holds. */
    static Replica of(List<Checkpoint> sets) throws MalformedPayloadException {
        Replica replica = new Replica();
        for (Checkpoint set : sets) {
            replica.apply(set);
        }
        return replica;
    }

    /**
     * Applies a set that was delivered.
     *
     * @throws MalformedPayloadException if it cannot be read; nothing changed
     * @throws IllegalStateException if sets before it are missing; nothing changed
     */
    Effect apply(Checkpoint set) throws MalformedPayloadException {
        return set.kind() == Checkpoint.Kind.BASE ? applyBase(set) : applyUpdate(set);
    }

    private Effect applyBase(Checkpoint base) throws MalformedPayloadException {
        DeskState stored = StateCodec.decode(base.payload(), base.payloadVersion());
        // A replica that has followed up to the base holds the same state: the cheapest check of all that went before.
        boolean diverged = sequence > 0
                && base.sequence() == sequence + 1
                && !Digest.of(stored).equals(digest());
        state = stored;
        sequence = base.sequence();
        updatesSinceBase = 0;
        changes++;
        return diverged ? Effect.DIVERGED : Effect.APPLIED;
    }

    private Effect applyUpdate(Checkpoint update) throws MalformedPayloadException {
        if (update.sequence() <= sequence) {
            return Effect.KNOWN;
        }
        if (update.sequence() != sequence + 1) {
            throw new IllegalStateException("region " + update.region() + " delivered set " + update.sequence()
                    + " after set " + sequence + ": the sets between are missing");
        }
        recorded(BatchCodec.decode(update.payload(), update.payloadVersion()));
        return Effect.APPLIED;
    }

    /** Applies a batch that this server has recorded as the region's next set. */
    void recorded(Batch batch) {
        state.apply(batch);
        sequence++;
        updatesSinceBase++;
        changes++;
    }

    /** Notes that this server has recorded the state as the region's next set. */
    void baseRecorded() {
        sequence++;
        updatesSinceBase = 0;
    }

    DeskState state() {
        return state;
    }

    long sequence() {
        return sequence;
    }

    long updatesSinceBase() {
        return updatesSinceBase;
    }

    /** The state's digest; computed once per change, at worst by several readers at the same time. */
    String digest() {
        CachedDigest cached = digest;
        if (cached == null || cached.changes() != changes) {
            cached = new CachedDigest(changes, Digest.of(state));
            digest = cached;
        }
        return cached.hex();
    }
}
