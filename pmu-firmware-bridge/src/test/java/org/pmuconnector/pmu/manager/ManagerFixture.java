package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.ManualClock;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.FirmwareBridge;
import org.pmuconnector.pmu.firmware.ManagerProof;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.nic.ProtectionFaultException;

/** A manager on a memory that can be restarted, and peers that remember what they were told. */
final class ManagerFixture {

    static final int UNIT_BYTES = 8 << 20;
    static final int REGION_BYTES = 1 << 20;

    final ManualClock clock = new ManualClock();
    final Random random = new Random(42);
    private final KeyPair pair;
    private final ManagerSettings settings;
    CrashMemory memory;
    FirmwareBridge bridge;
    PersistentMemoryManager manager;

    /** What those may do who do not log in; counts from the next start. */
    AnonymousAccess anonymous = AnonymousAccess.ORDINARY;

    ManagerFixture(ManagerSettings settings) throws Exception {
        this(settings, UNIT_BYTES);
    }

    ManagerFixture(ManagerSettings settings, int unitBytes) throws Exception {
        this(ManagerKey.generate(), settings, unitBytes);
    }

    /** With a manager's key that the test has. */
    ManagerFixture(KeyPair pair, ManagerSettings settings, int unitBytes) throws Exception {
        this.pair = pair;
        this.settings = settings;
        memory = new CrashMemory(new byte[unitBytes]);
        Superblock.format(memory, new UUID(1, 2), pair.getPublic());
        start();
    }

    ManagerFixture() throws Exception {
        this(ManagerSettings.DEFAULT);
    }

    static ManagerFixture withLimits(UnitLimits limits) throws Exception {
        return new ManagerFixture(new ManagerSettings(3000, 0, true, limits));
    }

    void start() throws PmuException {
        bridge = FirmwareBridge.start(memory, "unit x", settings.limits().keys(), random);
        ManagerProof challenge = bridge.challenge();
        BridgeSession session =
                bridge.authenticate(challenge, ManagerKey.of(pair).sign(challenge.message()));
        manager = new PersistentMemoryManager(session, clock, random, settings, anonymous, new byte[] {1, 2, 3});
    }

    /** The unit's process is gone at once, and a new one starts. */
    void restart() throws PmuException {
        memory = memory.afterKill();
        start();
    }

    static void assertRefused(ErrorCode code, ThrowingCallable call, String... says) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PmuException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            for (String part : says) {
                assertThat(e).hasMessageContaining(part);
            }
        });
    }

    static byte[] token(int of) {
        byte[] token = new byte[16];
        Arrays.fill(token, (byte) of);
        return token;
    }

    /** A connection. */
    final class Peer implements ManagerPeer {

        final String name;
        final long id;
        final List<RegionStatus> told = new ArrayList<>();
        final List<String> disconnected = new ArrayList<>();

        Peer(String name) throws PmuException {
            this.name = name;
            this.id = manager.connections().connected(this);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void regionChanged(RegionStatus status) {
            told.add(status);
        }

        @Override
        public void disconnect(String reason) {
            disconnected.add(reason);
            // As interfaces do: it is over, and that is reported.
            manager.connections().ended(id, reason);
        }

        boolean isGone() {
            return !disconnected.isEmpty();
        }

        void end() {
            manager.connections().ended(id, "connection reset");
        }

        RegionStatus create(String region) throws PmuException {
            return manager.regions().create(id, region, REGION_BYTES, 0, null, null);
        }

        RegionStatus create(String region, long size, Retention retention) throws PmuException {
            return manager.regions().create(id, region, size, 0, null, retention);
        }

        GrantedEpoch claim(String region, long expected) throws PmuException {
            return manager.primaries().claim(id, region, expected, false);
        }

        RegionStatus region(String region) throws PmuException {
            return manager.regions().get(id, region);
        }

        void write(OpenedRegion opened, long offset, int value) throws ProtectionFaultException {
            bridge.place(id, opened.key(), opened.baseAddress() + offset, ByteBuffer.wrap(new byte[] {(byte) value}));
        }

        int read(OpenedRegion opened, long offset) throws ProtectionFaultException {
            ByteBuffer sink = ByteBuffer.allocate(1);
            bridge.fetch(id, opened.key(), opened.baseAddress() + offset, sink);
            return sink.get(0);
        }
    }

    Peer session(String instance, int token) throws PmuException {
        Peer peer = new Peer("session of " + instance);
        manager.connections().hello(peer.id, 1, Purpose.SESSION, instance, token(token));
        return peer;
    }

    Peer data(String instance, int token) throws PmuException {
        Peer peer = new Peer("data of " + instance);
        manager.connections().hello(peer.id, 1, Purpose.DATA, instance, token(token));
        return peer;
    }

    Peer tool() throws PmuException {
        Peer peer = new Peer("tool");
        manager.connections().hello(peer.id, 1, Purpose.TOOL, "", new byte[0]);
        return peer;
    }
}
