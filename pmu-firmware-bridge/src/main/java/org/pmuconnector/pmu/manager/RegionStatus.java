package org.pmuconnector.pmu.manager;

import java.util.List;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.Retention;

/**
 * All that the manager knows of a region at one moment.
 *
 * @param name of the region
 * @param sizeBytes of its memory
 * @param maxBaseBytes the longest base that it promises room for
 * @param level that its writers ask for
 * @param retention what frees room
 * @param epoch of the last grant, 0 if there was none
 * @param epochStarts of the epochs whose records may be in the ring, oldest first
 * @param trimPosition what lies before is freed
 * @param role whether it has a primary
 * @param primaryInstance to whom the epoch was granted, empty if it resigned
 * @param evidence why the role is what it is
 * @param subscriptions in the order of their creation
 * @param extentBytes of each of its extents but the last
 * @param owner the user that may do everything with it; empty if it was created anonymously
 * @param access what other users may
 * @param resolutions outcomes of transaction branches that the manager was told, oldest first
 * @param preparedClears clears that wait for the outcome of their transaction, oldest first
 * @param handover in progress; null if there is none
 * @param candidates that stand for it and may claim it, the highest priority first; the primary may be among them
 */
public record RegionStatus(
        String name,
        long sizeBytes,
        long maxBaseBytes,
        PersistenceLevel level,
        Retention retention,
        long epoch,
        List<EpochStart> epochStarts,
        long trimPosition,
        Role role,
        String primaryInstance,
        String evidence,
        List<SubscriptionStatus> subscriptions,
        long extentBytes,
        String owner,
        List<AccessGrant> access,
        List<Resolution> resolutions,
        List<PreparedClear> preparedClears,
        HandoverStatus handover,
        List<CandidateStatus> candidates) {

    /** A status whose lists do not change any more. */
    public RegionStatus {
        epochStarts = List.copyOf(epochStarts);
        subscriptions = List.copyOf(subscriptions);
        access = List.copyOf(access);
        resolutions = List.copyOf(resolutions);
        preparedClears = List.copyOf(preparedClears);
        candidates = List.copyOf(candidates);
    }

    /** Up to where room may be freed where retention is by clearing: what the oldest subscription cleared, 0 without one. */
    public long clearedSequence() {
        return subscriptions.isEmpty() ? 0 : subscriptions.get(0).clearedSequence();
    }
}
