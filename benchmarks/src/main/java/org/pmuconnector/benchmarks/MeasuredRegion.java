package org.pmuconnector.benchmarks;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import org.pmuconnector.control.wire.BeginEpoch;
import org.pmuconnector.control.wire.ClaimPrimary;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.Login;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.scram.DerivedKeyCache;

/** A region of a served unit, open for writing, and how long operations on it take over its connection. */
final class MeasuredRegion implements AutoCloseable {

    private static final String NAME = "benchmark";
    private static final long SIZE_BYTES = 64L << 20;
    private static final int PROTOCOL_VERSION = 1;

    /** Measurements are taken on busy machines, too. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** As the yardstick warms up: a part of the operations, and so many at least. */
    private static final int WARM_UP_PART = 10;

    private static final int LEAST_WARM_UP = 100;
    private static final int ALIGNMENT_BYTES = 64;

    private final MonotonicClock clock = MonotonicClock.system();
    private final Fabric fabric;
    private final Login login;
    private final ByteString token;
    private FabricConnection connection;
    private int key;
    private long baseAddress;

    private MeasuredRegion(Fabric fabric, UnitProcess unit) {
        SecureRandom random = new SecureRandom();
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        this.fabric = fabric;
        this.login = new Login(unit.credentials(), new DerivedKeyCache(), random);
        this.token = ByteString.copyFrom(bytes);
    }

    /**
     * Makes the region at the level, and becomes its primary.
     *
     * @throws PmuException also {@code LEVEL_NOT_OFFERED}: the unit's folder is on no disk
     */
    static MeasuredRegion open(UnitProcess unit, Level level, int pollMicros) throws PmuException {
        Fabric fabric = Fabrics.of(unit.address(), FabricOptions.defaults().withPollMicros(pollMicros));
        MeasuredRegion region = new MeasuredRegion(fabric, unit);
        try {
            region.open(level);
            return region;
        } catch (PmuException | RuntimeException e) {
            fabric.close();
            throw e;
        }
    }

    private void open(Level level) throws PmuException {
        FabricConnection session = connect(Hello.Purpose.SESSION);
        CreateRegion.Builder region = CreateRegion.newBuilder()
                .setRegion(NAME)
                .setSizeBytes(SIZE_BYTES)
                .setLevel(level);
        call(session, Request.newBuilder().setCreateRegion(region));
        ClaimPrimary.Builder claim = ClaimPrimary.newBuilder().setRegion(NAME);
        long epoch = call(session, Request.newBuilder().setClaimPrimary(claim))
                .getClaimPrimary()
                .getEpoch();
        BeginEpoch.Builder begin = BeginEpoch.newBuilder().setRegion(NAME).setEpoch(epoch);
        call(session, Request.newBuilder().setBeginEpoch(begin));
        connection = connect(Hello.Purpose.DATA);
        OpenRegion.Builder open =
                OpenRegion.newBuilder().setRegion(NAME).setWrite(true).setEpoch(epoch);
        OpenRegionReply opened =
                call(connection, Request.newBuilder().setOpenRegion(open)).getOpenRegion();
        key = opened.getKey();
        baseAddress = opened.getBaseAddress();
    }

    private FabricConnection connect(Hello.Purpose purpose) throws PmuException {
        FabricConnection made = fabric.connect(soon());
        login.on(made, soon());
        Hello.Builder hello = Hello.newBuilder()
                .setProtocolVersion(PROTOCOL_VERSION)
                .setPurpose(purpose)
                .setInstanceName(NAME)
                .setInstanceToken(token);
        call(made, Request.newBuilder().setHello(hello));
        return made;
    }

    private Response call(FabricConnection on, Request.Builder request) throws PmuException {
        return on.call(request.build(), soon());
    }

    private Deadline soon() {
        return Deadline.after(clock, PATIENCE);
    }

    /** Warms up and measures; operations go through the region one behind the other, as those of a log do. */
    Quantiles measure(Operation operation, int lengthBytes, int operations) throws PmuException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(lengthBytes);
        long strideBytes = (lengthBytes + ALIGNMENT_BYTES - 1L) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
        int warmUp = Math.max(LEAST_WARM_UP, operations / WARM_UP_PART);
        Latencies latencies = new Latencies();
        long offset = 0;
        for (int i = 0; i < warmUp + operations; i++) {
            long start = clock.nanoTime();
            operate(operation, baseAddress + offset, bytes.clear(), new Deadline(clock, start + PATIENCE.toNanos()));
            if (i >= warmUp) {
                latencies.add(clock.nanoTime() - start);
            }
            offset += strideBytes;
            if (offset + lengthBytes > SIZE_BYTES) {
                offset = 0;
            }
        }
        return Quantiles.of(latencies);
    }

    private void operate(Operation operation, long address, ByteBuffer bytes, Deadline deadline) throws PmuException {
        switch (operation) {
            case VISIBLE -> write(address, bytes, PersistenceLevel.VISIBLE, deadline);
            case PERSISTENT -> write(address, bytes, PersistenceLevel.PERSISTENT, deadline);
            case READ -> connection.read(key, address, bytes, deadline);
        }
    }

    private void write(long address, ByteBuffer bytes, PersistenceLevel level, Deadline deadline) throws PmuException {
        connection.write(key, address, bytes, deadline);
        connection.flush(key, address, bytes.capacity(), level, deadline);
    }

    @Override
    public void close() {
        fabric.close();
    }
}
