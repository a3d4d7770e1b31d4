package org.pmuconnector.fabric;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.pmuconnector.control.wire.BeginEpoch;
import org.pmuconnector.control.wire.ClaimPrimary;
import org.pmuconnector.control.wire.ClaimPrimaryReply;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.EndConnection;
import org.pmuconnector.control.wire.GetRegion;
import org.pmuconnector.control.wire.GetUnit;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.HelloReply;
import org.pmuconnector.control.wire.ListRegions;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.UnitState;
import org.pmuconnector.control.wire.Watch;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

/** A connection with the requests that tests make, in one line each. */
public final class UnitClient implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final FabricConnection connection;

    public UnitClient(Fabric fabric) throws PmuException {
        this.connection = fabric.connect(soon());
    }

    public static Deadline soon() {
        return Deadline.after(MonotonicClock.system(), PATIENCE);
    }

    /** A token made of one byte. */
    public static ByteString token(int of) {
        byte[] token = new byte[16];
        java.util.Arrays.fill(token, (byte) of);
        return ByteString.copyFrom(token);
    }

    public static UnitClient session(Fabric fabric, String instance, int token) throws PmuException {
        UnitClient client = new UnitClient(fabric);
        client.hello(Hello.Purpose.SESSION, instance, token(token));
        return client;
    }

    public static UnitClient data(Fabric fabric, String instance, int token) throws PmuException {
        UnitClient client = new UnitClient(fabric);
        client.hello(Hello.Purpose.DATA, instance, token(token));
        return client;
    }

    public static UnitClient tool(Fabric fabric) throws PmuException {
        UnitClient client = new UnitClient(fabric);
        client.hello(Hello.Purpose.TOOL, "", ByteString.EMPTY);
        return client;
    }

    public FabricConnection connection() {
        return connection;
    }

    public Response call(Request.Builder request) throws PmuException {
        return connection.call(request.build(), soon());
    }

    public HelloReply hello(Hello.Purpose purpose, String instance, ByteString token) throws PmuException {
        return call(Request.newBuilder()
                        .setHello(Hello.newBuilder()
                                .setProtocolVersion(1)
                                .setPurpose(purpose)
                                .setInstanceName(instance)
                                .setInstanceToken(token)))
                .getHello();
    }

    public RegionState create(String region, long sizeBytes) throws PmuException {
        return call(Request.newBuilder()
                        .setCreateRegion(
                                CreateRegion.newBuilder().setRegion(region).setSizeBytes(sizeBytes)))
                .getRegion();
    }

    public ClaimPrimaryReply claim(String region, long expectedEpoch) throws PmuException {
        return call(Request.newBuilder()
                        .setClaimPrimary(
                                ClaimPrimary.newBuilder().setRegion(region).setExpectedEpoch(expectedEpoch)))
                .getClaimPrimary();
    }

    public ClaimPrimaryReply takeOver(String region, long expectedEpoch) throws PmuException {
        return call(Request.newBuilder()
                        .setClaimPrimary(ClaimPrimary.newBuilder()
                                .setRegion(region)
                                .setExpectedEpoch(expectedEpoch)
                                .setForce(true)))
                .getClaimPrimary();
    }

    public RegionState begin(String region, long epoch, long position) throws PmuException {
        return call(Request.newBuilder()
                        .setBeginEpoch(BeginEpoch.newBuilder()
                                .setRegion(region)
                                .setEpoch(epoch)
                                .setStartPosition(position)))
                .getRegion();
    }

    public OpenRegionReply openToWrite(String region, long epoch) throws PmuException {
        return call(Request.newBuilder()
                        .setOpenRegion(OpenRegion.newBuilder()
                                .setRegion(region)
                                .setWrite(true)
                                .setEpoch(epoch)))
                .getOpenRegion();
    }

    public OpenRegionReply openToRead(String region) throws PmuException {
        return call(Request.newBuilder().setOpenRegion(OpenRegion.newBuilder().setRegion(region)))
                .getOpenRegion();
    }

    public RegionState watch(String region) throws PmuException {
        return call(Request.newBuilder().setWatch(Watch.newBuilder().setRegion(region)))
                .getRegion();
    }

    /** Those that one message holds. */
    public List<RegionState> regions() throws PmuException {
        return call(Request.newBuilder().setListRegions(ListRegions.getDefaultInstance()))
                .getListRegions()
                .getRegionsList();
    }

    public RegionState region(String region) throws PmuException {
        return call(Request.newBuilder().setGetRegion(GetRegion.newBuilder().setRegion(region)))
                .getRegion();
    }

    public UnitState unit() throws PmuException {
        return call(Request.newBuilder().setGetUnit(GetUnit.getDefaultInstance()))
                .getUnit();
    }

    public void endConnection(long id) throws PmuException {
        call(Request.newBuilder().setEndConnection(EndConnection.newBuilder().setConnectionId(id)));
    }

    /** Writes and makes it visible. */
    public void write(int key, long address, byte[] bytes) throws PmuException {
        write(key, address, bytes, PersistenceLevel.VISIBLE);
    }

    /** Writes and flushes. */
    public void write(int key, long address, byte[] bytes, PersistenceLevel level) throws PmuException {
        connection.write(key, address, ByteBuffer.wrap(bytes), soon());
        connection.flush(key, address, bytes.length, level, soon());
    }

    public byte[] read(int key, long address, int length) throws PmuException {
        ByteBuffer sink = ByteBuffer.allocate(length);
        connection.read(key, address, sink, soon());
        return sink.array();
    }

    @Override
    public void close() {
        connection.close();
    }
}
