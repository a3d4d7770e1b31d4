package org.pmuconnector.pmu.manager;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.manager.catalog.CatalogLevel;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogRetention;
import org.pmuconnector.pmu.manager.catalog.CatalogState;
import org.pmuconnector.pmu.translation.Mapping;

/** A region: its entry in the catalog, and what is true of it only while the unit runs. */
final class ManagedRegion {

    final int slot;

    /** As it is persisted. */
    CatalogRegion entry;

    Role role;
    String evidence;

    /** Until when nobody but the primary may claim it, where the role is {@link Role#AWAITED}. */
    long awaitedUntilNanos;

    /** Since it became vacant nobody but the candidate of the highest priority may have claimed it. */
    boolean hasHeadStart;

    /** How long that is so. */
    long headStartUntilNanos;

    /** The instance that gave it up last; empty if its primary was lost. */
    String givenUpBy = "";

    /** In progress; null if there is none. */
    Handover handover;

    /** What was refused last: the same is told once. */
    String lastRefusal = "";

    /** Whether the current epoch was granted since the unit was started: keys for writing are given only then. */
    boolean grantedSinceStart;

    final Set<Integer> writeKeys = new LinkedHashSet<>();

    /** Connections that have had keys for it. */
    final Set<ManagedConnection> users = new LinkedHashSet<>();

    final Set<ManagedConnection> watchers = new LinkedHashSet<>();

    final Candidates candidates = new Candidates();

    /** By subscription, those that have one. */
    final Map<String, SubscriptionOwner> subscriptionOwners = new HashMap<>();

    ManagedRegion(int slot, CatalogRegion entry, Role role, String evidence) {
        this.slot = slot;
        this.entry = entry;
        this.role = role;
        this.evidence = evidence;
    }

    String name() {
        return entry.getName();
    }

    boolean hasPrimary() {
        return !entry.getPrimaryTokenHash().isEmpty();
    }

    /** Whether the epoch was granted to that instance: to its name and its token. */
    boolean isPrimary(Instance instance) {
        return hasPrimary()
                && entry.getPrimaryInstance().equals(instance.name)
                && entry.getPrimaryTokenHash().equals(instance.tokenHash);
    }

    RegionProperties properties() {
        return new RegionProperties(name(), entry.getSizeBytes(), entry.getMaxBaseBytes(), level(), retention());
    }

    RegionStatus status() {
        return new RegionStatus(
                name(),
                entry.getSizeBytes(),
                entry.getMaxBaseBytes(),
                level(),
                retention(),
                entry.getEpoch(),
                epochStarts(),
                entry.getTrimPosition(),
                role,
                entry.getPrimaryInstance(),
                evidence,
                Subscriptions.of(entry),
                size(entry).extentBytes(),
                entry.getOwner(),
                Access.grants(entry),
                Resolutions.of(entry),
                PreparedClears.of(entry),
                handover == null ? null : handover.status(),
                candidates.status(this::mayBeClaimedBy));
    }

    /** Whether a session's instance is there, and may take the region over. */
    boolean mayBeClaimedBy(ManagedConnection session) {
        return session.instance != null
                && session.instance.isPresent()
                && Access.allows(entry, session.principal, AccessRight.TAKE_OVER);
    }

    /** Whether it is being copied to where it has more room. */
    boolean isGrowing() {
        return entry.hasGrowth();
    }

    /** Whether it is being filled by a connection that alone may use it. */
    boolean isImporting() {
        return entry.getState() == CatalogState.CATALOG_STATE_IMPORTING;
    }

    /** Whether it is not there any more: what still holds this object must let go of it. */
    boolean isDeleted() {
        return entry.getState() == CatalogState.CATALOG_STATE_DELETED;
    }

    static RegionSize size(CatalogRegion entry) {
        long extentBytes = entry.getExtentBytes() == 0
                ? Math.min(entry.getSizeBytes(), RegionSize.MAX_EXTENT_BYTES)
                : entry.getExtentBytes();
        return new RegionSize(entry.getSizeBytes(), extentBytes);
    }

    /** Where its bytes are. */
    static Mapping mapping(CatalogRegion entry) {
        return new Mapping(
                SpaceAllocator.extents(entry.getRunsList(), size(entry).extentBytes()));
    }

    private List<EpochStart> epochStarts() {
        return entry.getEpochStartsList().stream()
                .map(start -> new EpochStart(start.getEpoch(), start.getStartPosition(), start.getSalt()))
                .toList();
    }

    private PersistenceLevel level() {
        return entry.getLevel() == CatalogLevel.CATALOG_LEVEL_VISIBLE
                ? PersistenceLevel.VISIBLE
                : PersistenceLevel.PERSISTENT;
    }

    private Retention retention() {
        return entry.getRetention() == CatalogRetention.CATALOG_RETENTION_CLEARED ? Retention.CLEARED : Retention.BASE;
    }

    static CatalogLevel catalogLevel(PersistenceLevel level) {
        return level == PersistenceLevel.VISIBLE
                ? CatalogLevel.CATALOG_LEVEL_VISIBLE
                : CatalogLevel.CATALOG_LEVEL_PERSISTENT;
    }

    static CatalogRetention catalogRetention(Retention retention) {
        return retention == Retention.CLEARED
                ? CatalogRetention.CATALOG_RETENTION_CLEARED
                : CatalogRetention.CATALOG_RETENTION_BASE;
    }
}
