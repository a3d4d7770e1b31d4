package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.INFO;

import java.util.Collection;
import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogResolution;

/**
 * Outcomes of transaction branches that somebody told who is not the primary: kept until the log has them and, where an
 * administrator decided, until the transaction manager has heard of it. One thread at a time, under the manager's lock.
 */
final class Resolutions {

    private static final System.Logger LOG = System.getLogger(Resolutions.class.getName());

    /** They share the one page of the region's catalog entry. */
    static final int MAX_PER_REGION = 8;

    private Resolutions() {}

    /** All of a region's, oldest first. */
    static List<Resolution> of(CatalogRegion entry) {
        return entry.getResolutionsList().stream().map(Resolutions::read).toList();
    }

    /**
     * Keeps an outcome, durably when this returns, unless there is one for the branch.
     *
     * @return the one that holds
     */
    static Resolution resolve(
            Regions regions, ManagedRegion region, BranchKey branch, boolean commit, boolean heuristic, String who)
            throws PmuException {
        for (Resolution known : of(region.entry)) {
            if (known.branch().equals(branch)) {
                return known;
            }
        }
        int count = region.entry.getResolutionsCount();
        if (count >= MAX_PER_REGION) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "region " + region.name() + " has " + count + " outcomes of transaction branches that its log does"
                            + " not have or nobody has forgotten, as many as it may; try again when it has a primary");
        }
        Resolution fresh = new Resolution(branch, commit, heuristic, false);
        CatalogRegion.Builder next = region.entry.toBuilder().addResolutions(write(fresh));
        if (heuristic) {
            // What is decided about the branch is decided about all of it.
            PreparedClears.settle(next, branch, commit);
        }
        regions.addIfRoom(region, next.build());
        LOG.log(
                INFO,
                "region {0}: a branch of {1} is to be {2}, as {3} decided",
                region.name(),
                branch.instanceName(),
                commit ? "committed" : "rolled back",
                heuristic ? "the administrator " + who : who);
        return fresh;
    }

    /** The log has these, or does not know such branches. */
    static void applied(Regions regions, ManagedRegion region, Collection<BranchKey> branches) throws PmuException {
        CatalogRegion.Builder next = region.entry.toBuilder().clearResolutions();
        for (Resolution known : of(region.entry)) {
            if (!branches.contains(known.branch())) {
                next.addResolutions(write(known));
            } else if (known.heuristic()) {
                next.addResolutions(write(new Resolution(known.branch(), known.commit(), true, true)));
            }
        }
        regions.changeIfNew(region, next.build());
    }

    /**
     * Forgets an administrator's decision that the log has.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN} if there is none for that branch
     */
    static void forget(Regions regions, ManagedRegion region, BranchKey branch) throws PmuException {
        CatalogRegion.Builder next = region.entry.toBuilder().clearResolutions();
        for (Resolution known : of(region.entry)) {
            if (!known.branch().equals(branch) || !known.applied()) {
                next.addResolutions(write(known));
            }
        }
        if (next.getResolutionsCount() == region.entry.getResolutionsCount()) {
            throw new PmuException(
                    ErrorCode.BRANCH_UNKNOWN,
                    "region " + region.name() + " has no administrator's decision about that branch that its log has");
        }
        regions.changeIfNew(region, next.build());
    }

    private static Resolution read(CatalogResolution entry) {
        return new Resolution(
                new BranchKey(
                        entry.getFormatId(),
                        entry.getGlobalTransactionId(),
                        entry.getBranchQualifier(),
                        entry.getInstanceName()),
                entry.getCommit(),
                entry.getHeuristic(),
                entry.getApplied());
    }

    private static CatalogResolution write(Resolution resolution) {
        BranchKey branch = resolution.branch();
        return CatalogResolution.newBuilder()
                .setFormatId(branch.formatId())
                .setGlobalTransactionId(branch.globalTransactionId())
                .setBranchQualifier(branch.branchQualifier())
                .setInstanceName(branch.instanceName())
                .setCommit(resolution.commit())
                .setHeuristic(resolution.heuristic())
                .setApplied(resolution.applied())
                .build();
    }
}
