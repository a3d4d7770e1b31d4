package org.pmuconnector.instance;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import org.pmuconnector.control.wire.AdvanceCursor;
import org.pmuconnector.control.wire.BeginEpoch;
import org.pmuconnector.control.wire.Branch;
import org.pmuconnector.control.wire.ClaimPrimary;
import org.pmuconnector.control.wire.ClaimPrimaryReply;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.EndConnection;
import org.pmuconnector.control.wire.ForgetBranch;
import org.pmuconnector.control.wire.GetRegion;
import org.pmuconnector.control.wire.Heartbeat;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.HelloReply;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.ParkSet;
import org.pmuconnector.control.wire.ParkedSet;
import org.pmuconnector.control.wire.PrepareClear;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.ResignPrimary;
import org.pmuconnector.control.wire.Resolution;
import org.pmuconnector.control.wire.ResolutionsApplied;
import org.pmuconnector.control.wire.ResolveBranch;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.RetentionPolicy;
import org.pmuconnector.control.wire.SettleClear;
import org.pmuconnector.control.wire.Subscribe;
import org.pmuconnector.control.wire.Subscription;
import org.pmuconnector.control.wire.SwitchOver;
import org.pmuconnector.control.wire.Trim;
import org.pmuconnector.control.wire.Watch;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/** A fabric connection on which hello has been said, and the control requests as methods. One thread at a time. */
final class UnitConnection implements AutoCloseable {

    /** The version of the control protocol that this release speaks. */
    static final int PROTOCOL_VERSION = 1;

    private final FabricConnection connection;
    private final MonotonicClock clock;
    private final Duration timeout;
    private final HelloReply greeting;
    private long nextRequestId = Login.LAST_REQUEST_ID + 2;

    private UnitConnection(FabricConnection connection, MonotonicClock clock, Duration timeout, HelloReply greeting) {
        this.connection = connection;
        this.clock = clock;
        this.timeout = timeout;
        this.greeting = greeting;
    }

    /** Connects, logs in and says hello. */
    static UnitConnection open(
            Fabric fabric,
            MonotonicClock clock,
            InstanceSettings settings,
            Login login,
            Hello.Purpose purpose,
            byte[] token)
            throws PmuException {
        FabricConnection connection = fabric.connect(Deadline.after(clock, settings.connectTimeout()));
        try {
            login.on(connection, Deadline.after(clock, settings.connectTimeout()));
            Hello hello = Hello.newBuilder()
                    .setProtocolVersion(PROTOCOL_VERSION)
                    .setPurpose(purpose)
                    .setInstanceName(settings.instanceName())
                    .setInstanceToken(ByteString.copyFrom(token))
                    .build();
            Request request = Request.newBuilder()
                    .setId(Login.LAST_REQUEST_ID + 1)
                    .setHello(hello)
                    .build();
            HelloReply reply = connection
                    .call(request, Deadline.after(clock, settings.connectTimeout()))
                    .getHello();
            return new UnitConnection(connection, clock, settings.operationTimeout(), reply);
        } catch (PmuException e) {
            connection.close();
            throw e;
        }
    }

    FabricConnection fabric() {
        return connection;
    }

    long connectionId() {
        return greeting.getConnectionId();
    }

    long bootNumber() {
        return greeting.getBootNumber();
    }

    Duration lease() {
        return Duration.ofMillis(greeting.getLeaseMillis());
    }

    Deadline deadline() {
        return Deadline.after(clock, timeout);
    }

    private Response call(Request.Builder request) throws PmuException {
        return connection.call(request.setId(nextRequestId++).build(), deadline());
    }

    void heartbeat() throws PmuException {
        call(Request.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
    }

    RegionState watch(String region, int priority) throws PmuException {
        Watch watch = Watch.newBuilder().setRegion(region).setPriority(priority).build();
        return call(Request.newBuilder().setWatch(watch)).getRegion();
    }

    RegionState region(String region) throws PmuException {
        GetRegion get = GetRegion.newBuilder().setRegion(region).build();
        return call(Request.newBuilder().setGetRegion(get)).getRegion();
    }

    void createRegion(RegionSettings settings) throws PmuException {
        CreateRegion create = CreateRegion.newBuilder()
                .setRegion(settings.name())
                .setSizeBytes(settings.sizeBytes() == 0 ? RegionSettings.DEFAULT_SIZE_BYTES : settings.sizeBytes())
                .setMaxBaseBytes(settings.maxBaseBytes())
                .setLevel(level(settings.level()))
                .setRetention(
                        settings.retention() == Retention.CLEARED
                                ? RetentionPolicy.RETAIN_CLEARED
                                : RetentionPolicy.RETAIN_BASE)
                .build();
        call(Request.newBuilder().setCreateRegion(create));
    }

    private static Level level(PersistenceLevel level) {
        if (level == null) {
            return Level.LEVEL_UNSPECIFIED;
        }
        return level == PersistenceLevel.PERSISTENT ? Level.PERSISTENT : Level.VISIBLE;
    }

    OpenRegionReply openForReading(String region) throws PmuException {
        OpenRegion open = OpenRegion.newBuilder().setRegion(region).build();
        return call(Request.newBuilder().setOpenRegion(open)).getOpenRegion();
    }

    OpenRegionReply openForWriting(String region, long epoch) throws PmuException {
        OpenRegion open = OpenRegion.newBuilder()
                .setRegion(region)
                .setWrite(true)
                .setEpoch(epoch)
                .build();
        return call(Request.newBuilder().setOpenRegion(open)).getOpenRegion();
    }

    ClaimPrimaryReply claim(String region, long expectedEpoch, boolean force) throws PmuException {
        ClaimPrimary claim = ClaimPrimary.newBuilder()
                .setRegion(region)
                .setExpectedEpoch(expectedEpoch)
                .setForce(force)
                .build();
        return call(Request.newBuilder().setClaimPrimary(claim)).getClaimPrimary();
    }

    void beginEpoch(String region, long epoch, long startPosition) throws PmuException {
        BeginEpoch begin = BeginEpoch.newBuilder()
                .setRegion(region)
                .setEpoch(epoch)
                .setStartPosition(startPosition)
                .build();
        call(Request.newBuilder().setBeginEpoch(begin));
    }

    void resign(String region, long epoch) throws PmuException {
        ResignPrimary resign =
                ResignPrimary.newBuilder().setRegion(region).setEpoch(epoch).build();
        call(Request.newBuilder().setResignPrimary(resign));
    }

    /** Has the primary hand the region over; to any instance if the successor is empty. */
    void switchOver(String region, String successor) throws PmuException {
        SwitchOver switchOver = SwitchOver.newBuilder()
                .setRegion(region)
                .setToInstance(successor)
                .build();
        call(Request.newBuilder().setSwitchOver(switchOver));
    }

    void trim(String region, long epoch, long position) throws PmuException {
        Trim trim = Trim.newBuilder()
                .setRegion(region)
                .setEpoch(epoch)
                .setPosition(position)
                .build();
        call(Request.newBuilder().setTrim(trim));
    }

    /** The cursor of a subscription, created where it is missing. */
    long subscribe(String region, String subscription) throws PmuException {
        return subscribe(region, subscription, false).getCursorSequence();
    }

    /** A subscription, created where it is missing; exclusive for this connection as long as it lasts. */
    Subscription subscribe(String region, String subscription, boolean exclusive) throws PmuException {
        Subscribe subscribe = Subscribe.newBuilder()
                .setRegion(region)
                .setSubscription(subscription)
                .setExclusive(exclusive)
                .build();
        return call(Request.newBuilder().setSubscribe(subscribe)).getSubscription();
    }

    void advanceCursor(String region, CursorMove move) throws PmuException {
        AdvanceCursor advance = AdvanceCursor.newBuilder()
                .setRegion(region)
                .setSubscription(move.subscription())
                .setSequence(move.sequence())
                .setOwnerToken(move.ownerToken())
                .build();
        call(Request.newBuilder().setAdvanceCursor(advance));
    }

    void prepareClear(String region, BranchId branch, CursorMove move) throws PmuException {
        PrepareClear prepare = PrepareClear.newBuilder()
                .setRegion(region)
                .setBranch(Branches.toWire(branch))
                .setSubscription(move.subscription())
                .setSequence(move.sequence())
                .setOwnerToken(move.ownerToken())
                .build();
        call(Request.newBuilder().setPrepareClear(prepare));
    }

    void settleClear(String region, BranchId branch, boolean commit) throws PmuException {
        SettleClear settle = SettleClear.newBuilder()
                .setRegion(region)
                .setBranch(Branches.toWire(branch))
                .setCommit(commit)
                .build();
        call(Request.newBuilder().setSettleClear(settle));
    }

    void park(String region, CursorMove move, String reason) throws PmuException {
        ParkSet park = ParkSet.newBuilder()
                .setRegion(region)
                .setSubscription(move.subscription())
                .setSet(ParkedSet.newBuilder().setSequence(move.sequence()).setReason(reason))
                .setOwnerToken(move.ownerToken())
                .build();
        call(Request.newBuilder().setParkSet(park));
    }

    /** Tells the manager a branch's outcome, and returns the one that holds. */
    Resolution resolve(String region, BranchId branch, boolean commit) throws PmuException {
        ResolveBranch resolve = ResolveBranch.newBuilder()
                .setRegion(region)
                .setBranch(Branches.toWire(branch))
                .setCommit(commit)
                .build();
        return call(Request.newBuilder().setResolveBranch(resolve)).getResolution();
    }

    void resolutionsApplied(String region, long epoch, List<Branch> branches) throws PmuException {
        ResolutionsApplied applied = ResolutionsApplied.newBuilder()
                .setRegion(region)
                .setEpoch(epoch)
                .addAllBranches(branches)
                .build();
        call(Request.newBuilder().setResolutionsApplied(applied));
    }

    void forget(String region, BranchId branch) throws PmuException {
        ForgetBranch forget = ForgetBranch.newBuilder()
                .setRegion(region)
                .setBranch(Branches.toWire(branch))
                .build();
        call(Request.newBuilder().setForgetBranch(forget));
    }

    void endConnection(long connectionId) throws PmuException {
        EndConnection end =
                EndConnection.newBuilder().setConnectionId(connectionId).build();
        call(Request.newBuilder().setEndConnection(end));
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public void close() {
        connection.close();
    }
}
