package org.pmuconnector.pmu.firmware;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pmuconnector.pmu.memory.VolatileMemory;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;
import org.pmuconnector.pmu.translation.VirtualAddress;

/** What an access costs besides the copying: nothing that the garbage collector would ever see. */
class AccessPathTest {

    private static final int ACCESSES = 20_000;

    @Test
    void access_manyTimes_allocatesNothing() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        VolatileMemory memory = new VolatileMemory(4 << 20);
        Superblock.format(memory, new UUID(1, 2), pair.getPublic());
        FirmwareBridge bridge = FirmwareBridge.start(memory, "unit x", 16, new Random(1));
        ManagerProof challenge = bridge.challenge();
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(challenge.message());
        Mapping mapping = new Mapping(List.of(new Extent(0, 2 << 20, 65536), new Extent(65536, 1 << 20, 65536)));
        long base = VirtualAddress.base(1);
        int key = bridge.authenticate(challenge, signer.sign())
                .apply(new TableBatch()
                        .map(1, mapping)
                        .bind(new KeyBinding(7, base, 131072, EnumSet.allOf(Right.class), 1)))
                .get(0);

        ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertThat(threads.isThreadAllocatedMemorySupported()).isTrue();
        access(bridge, key, base, buffer);
        long before = threads.getCurrentThreadAllocatedBytes();
        access(bridge, key, base, buffer);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        // Less than one byte for each: the measurement itself and the compiler's odd moments, and no object.
        assertThat(allocated).isLessThan(ACCESSES);
    }

    private static void access(FirmwareBridge bridge, int key, long base, ByteBuffer buffer)
            throws ProtectionFaultException {
        for (int i = 0; i < ACCESSES; i++) {
            bridge.place(7, key, base + 65536 - 2048, buffer.clear());
            bridge.fetch(7, key, base + 65536 - 2048, buffer.clear());
            bridge.checkFetch(7, key, base, 131072);
        }
    }
}
