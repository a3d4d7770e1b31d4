package org.pmuconnector.benchmarks;

import com.google.protobuf.ByteString;
import java.time.Duration;
import org.pmuconnector.control.wire.BeginEpoch;
import org.pmuconnector.control.wire.ClaimPrimary;
import org.pmuconnector.control.wire.ClaimPrimaryReply;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Heartbeat;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/** What an instance without a user asks a unit's manager for. Its session has to be the first connection. */
final class UnitCalls {

    private static final String INSTANCE = "benchmark";
    private static final ByteString TOKEN = ByteString.copyFrom(new byte[16]);

    /** Measurements are taken on busy machines, too. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Fabric fabric;

    UnitCalls(Fabric fabric) {
        this.fabric = fabric;
    }

    static Deadline soon() {
        return Deadline.after(MonotonicClock.system(), PATIENCE);
    }

    FabricConnection connect(Hello.Purpose purpose) throws PmuException {
        FabricConnection connection = fabric.connect(soon());
        Hello.Builder hello = Hello.newBuilder().setProtocolVersion(1).setPurpose(purpose);
        if (purpose != Hello.Purpose.TOOL) {
            hello.setInstanceName(INSTANCE).setInstanceToken(TOKEN);
        }
        call(connection, Request.newBuilder().setHello(hello));
        return connection;
    }

    static void createRegion(FabricConnection on, String region, long sizeBytes, Level level) throws PmuException {
        CreateRegion.Builder create = CreateRegion.newBuilder()
                .setRegion(region)
                .setSizeBytes(sizeBytes)
                .setLevel(level);
        call(on, Request.newBuilder().setCreateRegion(create));
    }

    /** Claims the epoch behind the one expected. */
    static ClaimPrimaryReply claim(FabricConnection on, String region, long expectedEpoch) throws PmuException {
        ClaimPrimary.Builder claim = ClaimPrimary.newBuilder().setRegion(region).setExpectedEpoch(expectedEpoch);
        return call(on, Request.newBuilder().setClaimPrimary(claim)).getClaimPrimary();
    }

    /** Begins an epoch where the log begins. */
    static void begin(FabricConnection on, String region, long epoch) throws PmuException {
        BeginEpoch.Builder begin = BeginEpoch.newBuilder().setRegion(region).setEpoch(epoch);
        call(on, Request.newBuilder().setBeginEpoch(begin));
    }

    static OpenRegionReply openForReading(FabricConnection on, String region) throws PmuException {
        return open(on, OpenRegion.newBuilder().setRegion(region));
    }

    static OpenRegionReply openForWriting(FabricConnection on, String region, long epoch) throws PmuException {
        return open(on, OpenRegion.newBuilder().setRegion(region).setWrite(true).setEpoch(epoch));
    }

    private static OpenRegionReply open(FabricConnection on, OpenRegion.Builder request) throws PmuException {
        return call(on, Request.newBuilder().setOpenRegion(request)).getOpenRegion();
    }

    static void heartbeat(FabricConnection session) throws PmuException {
        call(session, Request.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()));
    }

    private static Response call(FabricConnection on, Request.Builder request) throws PmuException {
        return on.call(request.build(), soon());
    }
}
