package org.pmuconnector.pmu.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.memory.DelegatingMemory;
import org.pmuconnector.pmu.memory.MemoryKind;
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.memory.VolatileMemory;
import org.pmuconnector.pmu.nic.DeviceRange;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.ProtectionFaultException.Fault;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;
import org.pmuconnector.pmu.translation.VirtualAddress;

/** What a device is given for a key: exactly the memory that the tables mean by it. */
class DeviceRangesTest {

    private static final int SIZE = 1 << 20;
    private static final int DATA = 192 << 10;
    private static final int EXTENT = 64 << 10;
    private static final long DOMAIN = 7;
    private static final long BASE = VirtualAddress.base(3);

    /** Three pieces: the second before the first in memory, the third right behind the second. */
    private static final Mapping THREE_PIECES = new Mapping(List.of(
            new Extent(0, DATA + 2 * EXTENT, EXTENT),
            new Extent(EXTENT, DATA, EXTENT),
            new Extent(2 * EXTENT, DATA + EXTENT, EXTENT)));

    private final List<Boolean> askedWritable = new ArrayList<>();
    private PersistentMemory memory;
    private FirmwareBridge bridge;
    private BridgeSession session;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws Exception {
        start(new DelegatingMemory(new VolatileMemory(SIZE)) {
            @Override
            public List<ByteBuffer> expose(long offset, long lengthBytes, boolean writable) {
                askedWritable.add(writable);
                return super.expose(offset, lengthBytes, writable);
            }
        });
    }

    private void start(PersistentMemory in) throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        memory = in;
        Superblock.format(memory, new UUID(1, 2), pair.getPublic());
        bridge = FirmwareBridge.start(memory, "unit x", 4, new Random(1));
        ManagerProof challenge = bridge.challenge();
        session = bridge.authenticate(challenge, FirmwareBridgeTest.sign(pair, challenge.message()));
    }

    private int bind(long from, long lengthBytes, Right... rights) throws PmuException {
        return session.apply(new TableBatch()
                        .map(3, THREE_PIECES)
                        .bind(new KeyBinding(DOMAIN, BASE + from, lengthBytes, EnumSet.of(rights[0], rights), 1)))
                .get(0);
    }

    private static void assertWithoutGaps(List<DeviceRange> ranges, long address, long lengthBytes) {
        long at = address;
        for (DeviceRange range : ranges) {
            assertThat(range.address()).isEqualTo(at);
            at += range.memory().remaining();
        }
        assertThat(at).isEqualTo(address + lengthBytes);
    }

    /** Marks all that a key's ranges are. */
    private static void fill(List<DeviceRange> ranges) {
        for (DeviceRange range : ranges) {
            while (range.memory().hasRemaining()) {
                range.memory().put((byte) 1);
            }
        }
    }

    private byte[] contents(int from, int length) {
        ByteBuffer sink = ByteBuffer.allocate(length);
        memory.read(from, sink, length);
        return sink.array();
    }

    @Test
    void ranges_severalExtents_areThoseWithoutGaps() throws Exception {
        int key = bind(0, 3 * EXTENT, Right.READ, Right.WRITE);
        List<DeviceRange> ranges = bridge.ranges(DOMAIN, key);
        assertThat(ranges).extracting(range -> range.memory().remaining()).containsExactly(EXTENT, EXTENT, EXTENT);
        assertWithoutGaps(ranges, BASE, 3 * EXTENT);

        byte[] written = new byte[3 * EXTENT];
        new Random(1).nextBytes(written);
        for (int i = 0; i < 3; i++) {
            ranges.get(i).memory().put(written, i * EXTENT, EXTENT);
        }
        ByteBuffer found = ByteBuffer.allocate(3 * EXTENT);
        bridge.fetch(DOMAIN, key, BASE, found);
        assertThat(found.array()).isEqualTo(written);
    }

    @Test
    void ranges_keyOfAPart_areThatPartAlone() throws Exception {
        byte[] before = contents(0, DATA);
        int key = bind(EXTENT - 24, EXTENT + 32, Right.READ, Right.WRITE);
        List<DeviceRange> ranges = bridge.ranges(DOMAIN, key);
        assertThat(ranges).extracting(range -> range.memory().remaining()).containsExactly(24, EXTENT, 8);
        assertWithoutGaps(ranges, BASE + EXTENT - 24, EXTENT + 32);

        fill(ranges);
        assertThat(contents(0, DATA)).isEqualTo(before);
        assertThat(contents(DATA, EXTENT + 8)).containsOnly(1);
        assertThat(contents(DATA + EXTENT + 8, 2 * EXTENT - 8 - 24)).containsOnly(0);
        assertThat(contents(DATA + 3 * EXTENT - 24, 24)).containsOnly(1);
        assertThat(contents(DATA + 3 * EXTENT, SIZE - DATA - 3 * EXTENT)).containsOnly(0);
    }

    @Test
    void ranges_writable_isTheKeysRight() throws Exception {
        int reading = bind(0, 3 * EXTENT, Right.READ);
        assertThat(bridge.ranges(DOMAIN, reading))
                .extracting(DeviceRange::writable)
                .containsExactly(false, false, false);
        assertThat(askedWritable).containsExactly(false, false, false);
        askedWritable.clear();
        int writing = session.apply(
                        new TableBatch().bind(new KeyBinding(DOMAIN, BASE, 8, EnumSet.of(Right.READ, Right.WRITE), 1)))
                .get(0);
        assertThat(bridge.ranges(DOMAIN, writing))
                .extracting(DeviceRange::writable)
                .containsExactly(true);
        assertThat(askedWritable).containsExactly(true);
    }

    private void assertFault(Fault fault, long domain, int key) {
        long before = bridge.counters().refusals(fault);
        assertThatThrownBy(() -> bridge.ranges(domain, key))
                .isInstanceOfSatisfying(
                        ProtectionFaultException.class,
                        e -> assertThat(e.fault()).isEqualTo(fault));
        assertThat(bridge.counters().refusals(fault)).isEqualTo(before + 1);
        assertThat(askedWritable).isEmpty();
    }

    @Test
    void ranges_notTheConnections_areRefused() throws Exception {
        int key = bind(0, EXTENT, Right.READ, Right.WRITE);
        assertFault(Fault.NOT_ASSOCIATED_WITH_STREAM, DOMAIN + 1, key);
        assertFault(Fault.INVALID_KEY, DOMAIN, key ^ 1);
        assertFault(Fault.INVALID_KEY, DOMAIN, 0);
        session.apply(new TableBatch().revoke(key));
        assertFault(Fault.INVALID_KEY, DOMAIN, key);
    }

    @Test
    void ranges_afterTheManagersSession_areRefused() throws Exception {
        int key = bind(0, EXTENT, Right.READ);
        bridge.close();
        assertFault(Fault.INVALID_KEY, DOMAIN, key);
    }

    @Test
    void ranges_memoryWithoutAddresses_isAnErrorThatNamesIt() throws Exception {
        start(new CrashMemory(new byte[SIZE]));
        int key = bind(0, EXTENT, Right.READ);
        assertThatThrownBy(() -> bridge.ranges(DOMAIN, key))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION))
                .hasMessage("unit x is crash memory, which has no address");
    }

    /** A mapping is in pieces of 1 GiB, and an extent may lie in two. */
    @Test
    void ranges_extentAcrossMappedPieces_areCutThere() throws Exception {
        int piece = 1 << 30;
        long size = piece + (1L << 20);
        Path path = folder.resolve("memory");
        try (FileChannel channel = sparse(path, size)) {
            start(MemoryKind.AUTO.open(path, channel, size));
            int key = session.apply(new TableBatch()
                            .map(3, new Mapping(List.of(new Extent(0, piece - 2 * EXTENT, 3 * EXTENT))))
                            .bind(new KeyBinding(DOMAIN, BASE, 3 * EXTENT, EnumSet.of(Right.READ, Right.WRITE), 1)))
                    .get(0);
            List<DeviceRange> ranges = bridge.ranges(DOMAIN, key);
            assertThat(ranges).extracting(range -> range.memory().remaining()).containsExactly(2 * EXTENT, EXTENT);
            assertWithoutGaps(ranges, BASE, 3 * EXTENT);
            fill(ranges);
            assertThat(contents(piece - 2 * EXTENT, 3 * EXTENT)).containsOnly(1);
        }
    }

    private static FileChannel sparse(Path path, long sizeBytes) throws IOException {
        FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
        return channel;
    }
}
