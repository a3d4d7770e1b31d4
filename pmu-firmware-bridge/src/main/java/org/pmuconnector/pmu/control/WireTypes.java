package org.pmuconnector.pmu.control;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.pmuconnector.control.wire.Branch;
import org.pmuconnector.control.wire.Candidate;
import org.pmuconnector.control.wire.ClaimPrimaryReply;
import org.pmuconnector.control.wire.ConnectionState;
import org.pmuconnector.control.wire.EpochStart;
import org.pmuconnector.control.wire.Handover;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.HelloReply;
import org.pmuconnector.control.wire.KeyState;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.ParkedSet;
import org.pmuconnector.control.wire.PreparedClear;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.RetentionPolicy;
import org.pmuconnector.control.wire.SetAccess;
import org.pmuconnector.control.wire.Subscription;
import org.pmuconnector.control.wire.UnitState;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.manager.AccessChange;
import org.pmuconnector.pmu.manager.AccessGrant;
import org.pmuconnector.pmu.manager.AccessRight;
import org.pmuconnector.pmu.manager.BranchKey;
import org.pmuconnector.pmu.manager.ConnectionStatus;
import org.pmuconnector.pmu.manager.GrantedEpoch;
import org.pmuconnector.pmu.manager.Greeting;
import org.pmuconnector.pmu.manager.HandoverStatus;
import org.pmuconnector.pmu.manager.KeyStatus;
import org.pmuconnector.pmu.manager.OpenedRegion;
import org.pmuconnector.pmu.manager.OwnedSubscription;
import org.pmuconnector.pmu.manager.PersistentMemoryManager;
import org.pmuconnector.pmu.manager.Purpose;
import org.pmuconnector.pmu.manager.RegionStatus;
import org.pmuconnector.pmu.manager.Resolution;
import org.pmuconnector.pmu.manager.Role;
import org.pmuconnector.pmu.manager.SubscriptionStatus;
import org.pmuconnector.pmu.manager.UnitStatus;

/** The manager's words as control messages, and back. */
final class WireTypes {

    private WireTypes() {}

    static HelloReply hello(Greeting greeting) {
        return HelloReply.newBuilder()
                .setProtocolVersion(PersistentMemoryManager.PROTOCOL_VERSION)
                .setUnitId(unitId(greeting.unitId()))
                .setBootNumber(greeting.bootNumber())
                .setConnectionId(greeting.connectionId())
                .setLeaseMillis(greeting.leaseMillis())
                .setHighestLevel(level(greeting.highestLevel()))
                .build();
    }

    static OpenRegionReply opened(OpenedRegion opened) {
        return OpenRegionReply.newBuilder()
                .setKey(opened.key())
                .setBaseAddress(opened.baseAddress())
                .setSizeBytes(opened.status().sizeBytes())
                .setState(region(opened.status()))
                .build();
    }

    static ClaimPrimaryReply granted(GrantedEpoch granted) {
        return ClaimPrimaryReply.newBuilder()
                .setEpoch(granted.status().epoch())
                .setSalt(granted.salt())
                .setState(region(granted.status()))
                .setFenceNanos(granted.fenceNanos())
                .build();
    }

    static RegionState region(RegionStatus status) {
        RegionState.Builder state = RegionState.newBuilder()
                .setRegion(status.name())
                .setSizeBytes(status.sizeBytes())
                .setMaxBaseBytes(status.maxBaseBytes())
                .setLevel(level(status.level()))
                .setRetention(
                        status.retention() == Retention.CLEARED
                                ? RetentionPolicy.RETAIN_CLEARED
                                : RetentionPolicy.RETAIN_BASE)
                .setEpoch(status.epoch())
                .setTrimPosition(status.trimPosition())
                .setRole(role(status.role()))
                .setPrimaryInstance(status.primaryInstance())
                .setEvidence(status.evidence())
                .setExtentBytes(status.extentBytes())
                .setClearedSequence(status.clearedSequence());
        status.epochStarts()
                .forEach(start -> state.addEpochStarts(EpochStart.newBuilder()
                        .setEpoch(start.epoch())
                        .setStartPosition(start.startPosition())
                        .setSalt(start.salt())));
        state.setOwner(status.owner());
        status.access().forEach(grant -> state.addAccess(grant(grant)));
        status.subscriptions().forEach(subscription -> state.addSubscriptions(subscription(subscription)));
        status.resolutions().forEach(resolution -> state.addResolutions(resolution(resolution)));
        status.preparedClears().forEach(clear -> state.addPreparedClears(preparedClear(clear)));
        HandoverStatus handover = status.handover();
        if (handover != null) {
            state.setHandover(
                    Handover.newBuilder().setFromInstance(handover.from()).setToInstance(handover.to()));
        }
        status.candidates()
                .forEach(candidate -> state.addCandidates(
                        Candidate.newBuilder().setInstance(candidate.instance()).setPriority(candidate.priority())));
        return state.build();
    }

    static org.pmuconnector.control.wire.Resolution resolution(Resolution resolution) {
        return org.pmuconnector.control.wire.Resolution.newBuilder()
                .setBranch(branch(resolution.branch()))
                .setCommit(resolution.commit())
                .setHeuristic(resolution.heuristic())
                .setApplied(resolution.applied())
                .build();
    }

    private static PreparedClear preparedClear(org.pmuconnector.pmu.manager.PreparedClear clear) {
        return PreparedClear.newBuilder()
                .setBranch(branch(clear.branch()))
                .setSubscription(clear.subscription())
                .setSequence(clear.sequence())
                .build();
    }

    private static Branch branch(BranchKey branch) {
        return Branch.newBuilder()
                .setFormatId(branch.formatId())
                .setGlobalTransactionId(branch.globalTransactionId())
                .setBranchQualifier(branch.branchQualifier())
                .setInstanceName(branch.instanceName())
                .build();
    }

    static BranchKey branch(Branch branch) throws PmuException {
        return BranchKey.of(
                branch.getFormatId(),
                branch.getGlobalTransactionId(),
                branch.getBranchQualifier(),
                branch.getInstanceName());
    }

    static List<BranchKey> branches(List<Branch> branches) throws PmuException {
        List<BranchKey> keys = new ArrayList<>();
        for (Branch branch : branches) {
            keys.add(branch(branch));
        }
        return keys;
    }

    private static org.pmuconnector.control.wire.AccessGrant grant(AccessGrant grant) {
        var wire = org.pmuconnector.control.wire.AccessGrant.newBuilder().setPrincipal(grant.principal());
        for (AccessRight right : EnumSet.copyOf(grant.rights())) {
            wire.addRights(
                    switch (right) {
                        case READ -> org.pmuconnector.control.wire.AccessRight.READ;
                        case WRITE -> org.pmuconnector.control.wire.AccessRight.WRITE;
                        case TAKE_OVER -> org.pmuconnector.control.wire.AccessRight.TAKE_OVER;
                        case ADMINISTER -> org.pmuconnector.control.wire.AccessRight.ADMINISTER;
                    });
        }
        return wire.build();
    }

    static AccessChange accessChange(SetAccess request) throws PmuException {
        List<AccessGrant> grants = new ArrayList<>();
        for (var grant : request.getGrantsList()) {
            Set<AccessRight> rights = EnumSet.noneOf(AccessRight.class);
            for (var right : grant.getRightsList()) {
                rights.add(right(right));
            }
            grants.add(new AccessGrant(grant.getPrincipal(), rights));
        }
        return new AccessChange(request.hasOwner() ? request.getOwner() : null, grants);
    }

    private static AccessRight right(org.pmuconnector.control.wire.AccessRight right) throws PmuException {
        return switch (right) {
            case READ -> AccessRight.READ;
            case WRITE -> AccessRight.WRITE;
            case TAKE_OVER -> AccessRight.TAKE_OVER;
            case ADMINISTER -> AccessRight.ADMINISTER;
            case ACCESS_RIGHT_UNSPECIFIED, UNRECOGNIZED ->
                throw new PmuException(ErrorCode.BAD_CONFIGURATION, "a right that this release does not know");
        };
    }

    static Subscription subscription(SubscriptionStatus status) {
        return Subscription.newBuilder()
                .setName(status.name())
                .setCursorSequence(status.cursorSequence())
                .addAllParked(status.parked().stream()
                        .map(set -> ParkedSet.newBuilder()
                                .setSequence(set.sequence())
                                .setReason(set.reason())
                                .build())
                        .toList())
                .build();
    }

    static Subscription owned(OwnedSubscription owned) {
        return subscription(owned.status()).toBuilder()
                .setOwnerToken(owned.ownerToken())
                .build();
    }

    static List<org.pmuconnector.model.EpochStart> epochStarts(List<EpochStart> starts) {
        return starts.stream()
                .map(start -> new org.pmuconnector.model.EpochStart(
                        start.getEpoch(), start.getStartPosition(), start.getSalt()))
                .toList();
    }

    static List<SubscriptionStatus> subscriptions(List<Subscription> subscriptions) {
        return subscriptions.stream()
                .map(subscription -> new SubscriptionStatus(
                        subscription.getName(),
                        subscription.getCursorSequence(),
                        subscription.getParkedList().stream()
                                .map(set ->
                                        new org.pmuconnector.pmu.manager.ParkedSet(set.getSequence(), set.getReason()))
                                .toList()))
                .toList();
    }

    static UnitState unit(UnitStatus status) {
        return UnitState.newBuilder()
                .setUnitId(unitId(status.unitId()))
                .setBootNumber(status.bootNumber())
                .setSizeBytes(status.sizeBytes())
                .setFreeBytes(status.freeBytes())
                .setFormatVersion(status.formatVersion())
                .setUptimeMillis(status.uptimeMillis())
                .setConnections(status.connections())
                .setBoundKeys(status.boundKeys())
                .setRegions(status.regions())
                .setHighestLevel(level(status.highestLevel()))
                .setMemory(status.memory())
                .build();
    }

    static ConnectionState connection(ConnectionStatus status) {
        return ConnectionState.newBuilder()
                .setId(status.id())
                .setPeer(status.peer())
                .setPurpose(purpose(status.purpose()))
                .setInstanceName(status.instance())
                .setRegion(status.region())
                .setKeys(status.keys())
                .setConnectedMillis(status.connectedMillis())
                .build();
    }

    static KeyState key(KeyStatus status) {
        return KeyState.newBuilder()
                .setIndex(status.index())
                .setConnectionId(status.connectionId())
                .setRegion(status.region())
                .setWrite(status.write())
                .setEpoch(status.epoch())
                .setLengthBytes(status.lengthBytes())
                .build();
    }

    private static Hello.Purpose purpose(Purpose purpose) {
        if (purpose == null) {
            return Hello.Purpose.PURPOSE_UNSPECIFIED;
        }
        return switch (purpose) {
            case SESSION -> Hello.Purpose.SESSION;
            case DATA -> Hello.Purpose.DATA;
            case TOOL -> Hello.Purpose.TOOL;
        };
    }

    static Purpose purpose(Hello.Purpose purpose) throws PmuException {
        return switch (purpose) {
            case SESSION -> Purpose.SESSION;
            case DATA -> Purpose.DATA;
            case TOOL -> Purpose.TOOL;
            case PURPOSE_UNSPECIFIED, UNRECOGNIZED ->
                throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a hello for no purpose that this release knows");
        };
    }

    /** Null where none is named. */
    static PersistenceLevel level(Level level) throws PmuException {
        return switch (level) {
            case LEVEL_UNSPECIFIED -> null;
            case VISIBLE -> PersistenceLevel.VISIBLE;
            case PERSISTENT -> PersistenceLevel.PERSISTENT;
            case UNRECOGNIZED ->
                throw new PmuException(
                        ErrorCode.LEVEL_NOT_OFFERED, "a persistence level that this release does not know");
        };
    }

    /** Null where none is named. */
    static Retention retention(RetentionPolicy policy) throws PmuException {
        return switch (policy) {
            case RETENTION_UNSPECIFIED -> null;
            case RETAIN_BASE -> Retention.BASE;
            case RETAIN_CLEARED -> Retention.CLEARED;
            case UNRECOGNIZED ->
                throw new PmuException(ErrorCode.BAD_CONFIGURATION, "a retention that this release does not know");
        };
    }

    private static Level level(PersistenceLevel level) {
        return level == PersistenceLevel.VISIBLE ? Level.VISIBLE : Level.PERSISTENT;
    }

    private static RegionState.Role role(Role role) {
        return switch (role) {
            case VACANT -> RegionState.Role.VACANT;
            case HELD -> RegionState.Role.HELD;
            case AWAITED -> RegionState.Role.AWAITED;
        };
    }

    private static ByteString unitId(UUID id) {
        return ByteString.copyFrom(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .flip());
    }
}
