package org.pmuconnector.pmu.nic.iwarp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.Heartbeat;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.ListRegions;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Watch;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.RdmapOpcode;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

/**
 * Valid sessions, damaged at random: {@code -Dfuzz.rounds=N -Dfuzz.seed=S}. The attacker has a key to read the memory
 * with and knows the key of a well-behaved writer beside it. Nothing it sends may change the memory, stop the writer or
 * hold a place.
 */
class IwarpNicFuzzTest {

    private static final int DEFAULT_ROUNDS = 400;
    private static final int SIZE = 256 * 1024;

    /** The writer's part; the rest must never change. */
    private static final int WRITTEN_BYTES = 64 * 1024;

    private static final long BASE = LoopbackUnit.BASE;

    private final long seed = Long.getLong("fuzz.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AtomicBoolean stop = new AtomicBoolean();

    @Test
    @Timeout(value = 60, unit = TimeUnit.MINUTES)
    void sessions_damagedAtRandom_harmNobody() throws Exception {
        int rounds = Integer.getInteger("fuzz.rounds", DEFAULT_ROUNDS);
        System.out.println("IwarpNicFuzzTest: -Dfuzz.rounds=" + rounds + " -Dfuzz.seed=" + seed);
        IwarpNicOptions options = IwarpNicOptions.defaults().withTimeouts(2_000, 2_000);
        try (LoopbackUnit unit = new LoopbackUnit(SIZE, options);
                IwarpFabric fabric = new IwarpFabric(unit.address(), FabricOptions.defaults())) {
            FabricConnection writer = fabric.connect(soon());
            writer.call(request(Request.newBuilder().setHello(Hello.getDefaultInstance())), soon());
            int writerKey = writer.call(
                            request(Request.newBuilder()
                                    .setOpenRegion(OpenRegion.newBuilder().setWrite(true))),
                            soon())
                    .getOpenRegion()
                    .getKey();
            unit.grantReadsOnly();
            CompletableFuture<Long> writes = write(writer, writerKey);
            for (int round = 0; round < rounds; round++) {
                attack(unit, writerKey);
            }
            stop.set(true);
            assertThat(writes(writes)).as("writes beside %s", replay()).isPositive();
            byte[] untouched = Arrays.copyOfRange(unit.memory(), WRITTEN_BYTES, SIZE);
            assertThat(untouched).as(replay()).containsOnly(0);
            awaitPlacesFree(unit);
        }
    }

    private String replay() {
        return "-Dfuzz.seed=" + seed;
    }

    private static Deadline soon() {
        return Deadline.after(MonotonicClock.system(), Duration.ofSeconds(30));
    }

    private static Request request(Request.Builder request) {
        return request.build();
    }

    private static long writes(CompletableFuture<Long> writes)
            throws InterruptedException, ExecutionException, TimeoutException {
        return writes.get(60, TimeUnit.SECONDS);
    }

    private void awaitPlacesFree(LoopbackUnit unit) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (unit.nic().connectionCount() > 1) {
            assertThat(System.nanoTime()).as("places still held, %s", replay()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /** Writes and reads back until told to stop; the number of writes. */
    private CompletableFuture<Long> write(FabricConnection writer, int key) {
        CompletableFuture<Long> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(writeUntilStopped(writer, key));
                    } catch (PmuException | RuntimeException | AssertionError e) {
                        result.completeExceptionally(e);
                    }
                },
                "writer");
        thread.start();
        return result;
    }

    private long writeUntilStopped(FabricConnection writer, int key) throws PmuException {
        Random contents = new Random(seed + 1);
        byte[] written = new byte[3000];
        ByteBuffer readBack = ByteBuffer.allocate(written.length);
        long count = 0;
        while (!stop.get() || count == 0) {
            contents.nextBytes(written);
            long address = BASE + contents.nextInt(WRITTEN_BYTES - written.length);
            writer.write(key, address, ByteBuffer.wrap(written), soon());
            writer.flush(key, address, written.length, PersistenceLevel.VISIBLE, soon());
            writer.read(key, address, readBack.clear(), soon());
            assertThat(readBack.array()).as(replay()).isEqualTo(written);
            count++;
        }
        return count;
    }

    private void attack(LoopbackUnit unit, int writerKey) throws IOException, ProtocolFaultException {
        try (RawPeer peer = new RawPeer(unit.nic())) {
            try {
                if (random.nextInt(5) == 0) {
                    peer.send(damagedBytes(RawPeer.startupRequest()));
                } else {
                    peer.greeted();
                    int ownKey = peer.bind(false);
                    for (byte[] part : damagedSession(ownKey, writerKey)) {
                        peer.send(part);
                    }
                }
                peer.finish();
            } catch (IOException e) {
                // The interface was faster to end the stream than this side to send the rest of its damage.
                assertThat(e.getMessage()).as(replay()).containsAnyOf("reset", "Broken pipe", "closed");
            }
            peer.answers();
        }
    }

    private List<byte[]> damagedSession(int ownKey, int writerKey) {
        List<byte[]> segments = session(ownKey, writerKey);
        List<byte[]> parts = new ArrayList<>();
        for (byte[] segment : segments) {
            switch (random.nextInt(8)) {
                // Damage under a good CRC gets further in.
                case 0, 1 -> parts.add(RawPeer.frame(damagedBytes(segment)));
                case 2 -> parts.add(damagedBytes(RawPeer.frame(segment)));
                case 3 -> {
                    parts.add(RawPeer.frame(segment));
                    parts.add(RawPeer.frame(segment));
                }
                default -> parts.add(RawPeer.frame(segment));
            }
        }
        return parts;
    }

    /** What a peer may send, and some of what it may not, each frame right in form. Starts at message 3 of queue 0. */
    private List<byte[]> session(int ownKey, int writerKey) {
        List<byte[]> segments = new ArrayList<>();
        int send = 3;
        int read = 1;
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            int key = random.nextInt(4) == 0 ? writerKey : ownKey;
            long address = BASE + random.nextInt(SIZE);
            switch (random.nextInt(10)) {
                case 0 -> segments.add(segment(RawPeer.tagged(RdmapOpcode.WRITE, true, key, address, noise(500))));
                case 1, 2, 3, 4, 5 ->
                    segments.add(segment(RawPeer.readRequest(read++, ownKey, BASE, random.nextInt(SIZE))));
                case 6 -> segments.add(segment(RawPeer.readRequest(read++, key, address, random.nextInt(SIZE))));
                default -> segments.add(segment(RawPeer.request(send++, anyRequest(ownKey))));
            }
        }
        return segments;
    }

    private Request anyRequest(int key) {
        Request.Builder request = Request.newBuilder().setId(1 + random.nextInt(100));
        switch (random.nextInt(5)) {
            case 0 -> request.setHeartbeat(Heartbeat.getDefaultInstance());
            case 1 -> request.setListRegions(ListRegions.getDefaultInstance());
            case 2 -> request.setWatch(Watch.newBuilder().setRegion("r".repeat(random.nextInt(3000))));
            case 3 -> request.setOpenRegion(OpenRegion.newBuilder().setRegion("r"));
            default -> request.setFlush(Flush.newBuilder().setKey(key).setAddress(BASE));
        }
        return request.build();
    }

    private byte[] noise(int maxLengthBytes) {
        byte[] noise = new byte[1 + random.nextInt(maxLengthBytes)];
        random.nextBytes(noise);
        return noise;
    }

    /** The segment in a frame. */
    private static byte[] segment(byte[] frame) {
        int length = ByteBuffer.wrap(frame).getShort() & 0xFFFF;
        return Arrays.copyOfRange(frame, 2, 2 + length);
    }

    private byte[] damagedBytes(byte[] good) {
        byte[] bad = good.clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            // Mostly in the headers, where it matters.
            int reach = random.nextBoolean() ? Math.min(bad.length, 32) : bad.length;
            int at = reach == 0 ? 0 : random.nextInt(reach);
            bad = switch (random.nextInt(6)) {
                case 0, 1, 2 -> flipped(bad, at);
                case 3 -> Arrays.copyOf(bad, at);
                case 4 -> spliced(bad, at, noise(40));
                default -> removed(bad, at, 1 + random.nextInt(8));
            };
        }
        return bad;
    }

    private byte[] flipped(byte[] bytes, int at) {
        if (bytes.length > 0) {
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] inserted) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + inserted.length);
        System.arraycopy(inserted, 0, longer, at, inserted.length);
        System.arraycopy(bytes, at, longer, at + inserted.length, bytes.length - at);
        return longer;
    }

    private static byte[] removed(byte[] bytes, int at, int count) {
        int end = Math.min(bytes.length, at + count);
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, shorter, at, bytes.length - end);
        return shorter;
    }
}
