package org.pmuconnector.pmu.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.memory.VolatileMemory;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.ProtectionFaultException.Fault;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;
import org.pmuconnector.pmu.translation.VirtualAddress;

class FirmwareBridgeTest {

    private static final int SIZE = 1 << 20;
    private static final int DATA = 192 << 10;
    private static final long BASE = VirtualAddress.base(3);
    private static final int KEY_CAPACITY = 4;

    /** Two pieces, the second before the first in memory. */
    private static final Mapping TWO_PIECES =
            new Mapping(List.of(new Extent(0, DATA + 131072, 65536), new Extent(65536, DATA, 65536)));

    private KeyPair pair;
    private CrashMemory memory;
    private FirmwareBridge bridge;
    private BridgeSession session;

    @BeforeEach
    void start() throws Exception {
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        memory = new CrashMemory(new byte[SIZE]);
        Superblock.format(memory, new UUID(1, 2), pair.getPublic());
        bridge = FirmwareBridge.start(memory, "unit x", KEY_CAPACITY, new Random(1));
        session = open(bridge, pair);
    }

    /** Proves to be the manager. */
    protected BridgeSession open(FirmwareBridge to, KeyPair by) throws Exception {
        ManagerProof challenge = to.challenge();
        return to.authenticate(challenge, sign(by, challenge.message()));
    }

    /** What a manager is told whose session has ended. */
    protected ErrorCode ended() {
        return ErrorCode.MANAGER_NOT_AUTHENTICATED;
    }

    protected static byte[] sign(KeyPair by, byte[] message) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(by.getPrivate());
        signer.update(message);
        return signer.sign();
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static void assertFault(Fault fault, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProtectionFaultException.class,
                        e -> assertThat(e.fault()).isEqualTo(fault));
    }

    private static KeyBinding wholeSlot3(long domain, Right... rights) {
        return new KeyBinding(domain, BASE, 131072, EnumSet.of(rights[0], rights), 1);
    }

    private int bind(Right... rights) throws PmuException {
        return session.apply(new TableBatch().map(3, TWO_PIECES).bind(wholeSlot3(7, rights)))
                .get(0);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void authenticate_byAnotherKey_isRefusedAndChangesNothing() throws Exception {
        byte[] before = memory.contents();
        FirmwareBridge another = FirmwareBridge.start(memory, "unit x", KEY_CAPACITY, new Random(2));
        KeyPair stranger = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        ManagerProof challenge = another.challenge();
        assertRefused(
                ErrorCode.MANAGER_NOT_AUTHENTICATED,
                () -> another.authenticate(challenge, sign(stranger, challenge.message())));
        assertRefused(
                ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> another.authenticate(another.challenge(), new byte[64]));
        assertRefused(
                ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> another.authenticate(another.challenge(), new byte[0]));
        assertThat(memory.contents()).isEqualTo(before);
    }

    @Test
    void authenticate_sameAnswerAgain_isRefused() throws Exception {
        ManagerProof challenge = bridge.challenge();
        byte[] answer = sign(pair, challenge.message());
        assertThat(bridge.authenticate(challenge, answer)).isNotNull();
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> bridge.authenticate(challenge, answer));
        // Nor does it answer another challenge.
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> bridge.authenticate(bridge.challenge(), answer));
    }

    @Test
    void authenticate_wrongAnswerFirst_rightOneIsTooLate() throws Exception {
        ManagerProof challenge = bridge.challenge();
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> bridge.authenticate(challenge, new byte[64]));
        byte[] answer = sign(pair, challenge.message());
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> bridge.authenticate(challenge, answer));
    }

    @Test
    void authenticate_newSession_endsTheOldOneAndItsKeys() throws Exception {
        int key = bind(Right.WRITE);
        ManagerProof challenge = bridge.challenge();
        BridgeSession next = bridge.authenticate(challenge, sign(pair, challenge.message()));
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> session.apply(new TableBatch()));
        assertRefused(ended(), () -> session.readCatalogEntry(0));
        assertRefused(ended(), () -> session.writeCatalogEntry(0, new byte[1]));
        assertFault(Fault.INVALID_KEY, () -> bridge.place(7, key, BASE, ByteBuffer.allocate(8)));
        // The tables are free for it, whole.
        TableBatch all = new TableBatch().map(3, TWO_PIECES);
        for (int i = 0; i < KEY_CAPACITY; i++) {
            all.bind(wholeSlot3(7, Right.READ));
        }
        assertThat(next.apply(all)).hasSize(KEY_CAPACITY);
    }

    @Test
    void start_eachTime_raisesTheBootNumber() throws Exception {
        assertThat(session.superblock().bootNumber()).isEqualTo(1);
        for (int boot = 2; boot < 5; boot++) {
            FirmwareBridge again = FirmwareBridge.start(memory, "unit x", KEY_CAPACITY, new Random(boot));
            ManagerProof challenge = again.challenge();
            again.authenticate(challenge, sign(pair, challenge.message()));
            assertThat(again.superblock().bootNumber()).isEqualTo(boot);
            assertThat(Superblock.find(Superblock.pages(memory.afterPowerLossAtWorst()), "unit x")
                            .bootNumber())
                    .isEqualTo(boot);
        }
    }

    @Test
    void authenticate_eachManager_raisesTheBootNumber() throws Exception {
        for (int boot = 2; boot < 5; boot++) {
            ManagerProof challenge = bridge.challenge();
            session = bridge.authenticate(challenge, sign(pair, challenge.message()));
            assertThat(session.superblock().bootNumber()).isEqualTo(boot);
            assertThat(Superblock.find(Superblock.pages(memory.afterPowerLossAtWorst()), "unit x")
                            .bootNumber())
                    .isEqualTo(boot);
        }
    }

    @Test
    void authenticate_bootNumberNotPersisted_oldSessionGoesOn() throws Exception {
        int key = bind(Right.READ);
        ManagerProof challenge = bridge.challenge();
        byte[] answer = sign(pair, challenge.message());
        memory.failPersistFrom(0);
        assertRefused(ErrorCode.UNIT_IO, () -> bridge.authenticate(challenge, answer));
        bridge.fetch(7, key, BASE, ByteBuffer.allocate(8));
        assertThat(session.apply(new TableBatch().bind(wholeSlot3(7, Right.READ))))
                .hasSize(1);
    }

    @Test
    void challenge_forAnotherAddress_isNotTakenForOne() {
        byte[] message = bridge.challenge("127.0.0.1:4792").message();
        assertThat(ManagerProof.isChallenge(message, "127.0.0.1:4792")).isTrue();
        assertThat(ManagerProof.isChallenge(message, "127.0.0.1:4793")).isFalse();
        assertThat(ManagerProof.isChallenge(message, "127.0.0.1:47920")).isFalse();
        message[0] ^= 1;
        assertThat(ManagerProof.isChallenge(message, "127.0.0.1:4792")).isFalse();
        assertThat(ManagerProof.isChallenge(new byte[0], "127.0.0.1:4792")).isFalse();
    }

    @Test
    void rotateKey_persisted_oldKeyIsRefusedAndNewOneAccepted() throws Exception {
        KeyPair next = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        int key = bind(Right.READ);
        session.rotateKey(next.getPublic());
        assertThat(session.superblock().managerKey()).isEqualTo(next.getPublic());
        bridge.fetch(7, key, BASE, ByteBuffer.allocate(8));
        ManagerProof first = bridge.challenge();
        byte[] old = sign(pair, first.message());
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> bridge.authenticate(first, old));
        FirmwareBridge again = FirmwareBridge.start(memory.afterPowerLossAtWorst(), "x", KEY_CAPACITY, new Random(2));
        ManagerProof second = again.challenge();
        assertThat(again.authenticate(second, sign(next, second.message()))).isNotNull();
    }

    @Test
    void rotateKey_notPersisted_oldKeyCounts() throws Exception {
        KeyPair next = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        memory.failPersistFrom(0);
        assertRefused(ErrorCode.UNIT_IO, () -> session.rotateKey(next.getPublic()));
        FirmwareBridge again = FirmwareBridge.start(memory.afterKill(), "x", KEY_CAPACITY, new Random(2));
        ManagerProof challenge = again.challenge();
        assertThat(again.authenticate(challenge, sign(pair, challenge.message())))
                .isNotNull();
    }

    @Test
    void rotateKey_afterTheSessionEnded_isRefused() throws Exception {
        session.close();
        assertRefused(ended(), () -> session.rotateKey(pair.getPublic()));
    }

    @Test
    void start_oneSuperblockCopyDamaged_bootNumberStillRises() throws Exception {
        memory.flip(UnitLayout.PAGE_BYTES + 40, 1);
        CrashMemory other = memory.afterKill();
        FirmwareBridge again = FirmwareBridge.start(memory, "unit x", KEY_CAPACITY, new Random(2));
        ManagerProof challenge = again.challenge();
        again.authenticate(challenge, sign(pair, challenge.message()));
        assertThat(again.superblock().bootNumber()).isEqualTo(2);
        other.flip(40, 1);
        assertRefused(ErrorCode.UNIT_DAMAGED, () -> FirmwareBridge.start(other, "unit x", KEY_CAPACITY, new Random(2)));
    }

    @Test
    void start_whatAFormerProcessLeft_isPersistedFirst() throws Exception {
        // Another process updated a catalog entry and ended; its second copy is in the page cache alone.
        session.writeCatalogEntry(5, random(100));
        CrashMemory left = memory.afterKill();
        FirmwareBridge again = FirmwareBridge.start(left, "unit x", KEY_CAPACITY, new Random(2));
        ManagerProof challenge = again.challenge();
        BridgeSession next = again.authenticate(challenge, sign(pair, challenge.message()));
        assertThat(left.isPersisted((int) UnitLayout.slotOffset(0), DATA - (int) UnitLayout.slotOffset(0)))
                .isTrue();
        assertThat(next.readCatalogEntry(5)).isEqualTo(random(100));
    }

    @Test
    void start_persistFails_isAnError() throws Exception {
        FirmwareBridge again = FirmwareBridge.start(memory, "unit x", KEY_CAPACITY, new Random(2));
        memory.failPersistFrom(0);
        ManagerProof challenge = again.challenge();
        byte[] answer = sign(pair, challenge.message());
        assertRefused(ErrorCode.UNIT_IO, () -> again.authenticate(challenge, answer));
    }

    @Test
    void catalogEntry_damagedWholly_isATypedError() throws PmuException {
        session.writeCatalogEntry(2, random(50));
        for (int copy = 0; copy < 2; copy++) {
            memory.flip((int) UnitLayout.slotOffset(2) + copy * UnitLayout.PAGE_BYTES + 33, 1);
        }
        PagePair pages = CatalogSlots.pages(memory, 2);
        assertThatThrownBy(() -> CatalogSlots.read(pages, 2, "unit x"))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNIT_DAMAGED))
                .hasMessageContaining("slot 2");
    }

    @Test
    void catalogEntry_headerByteFlippedInBothCopies_isNeverAbsent() throws PmuException {
        session.writeCatalogEntry(2, random(50));
        for (int at = 0; at < PageCopy.HEADER_BYTES + 50; at++) {
            CrashMemory damaged = memory.afterKill();
            damaged.flip((int) UnitLayout.slotOffset(2) + at, 0x10);
            assertThat(CatalogSlots.read(CatalogSlots.pages(damaged, 2), 2, "unit x"))
                    .isEqualTo(random(50));
            damaged.flip((int) UnitLayout.slotOffset(2) + UnitLayout.PAGE_BYTES + at, 0x10);
            PagePair pages = CatalogSlots.pages(damaged, 2);
            assertRefused(ErrorCode.UNIT_DAMAGED, () -> CatalogSlots.read(pages, 2, "unit x"));
        }
    }

    @Test
    void place_acrossExtents_landsInBothPieces() throws Exception {
        int key = bind(Right.READ, Right.WRITE);
        byte[] written = random(1000);
        bridge.place(7, key, BASE + 65536 - 400, ByteBuffer.wrap(written));

        byte[] contents = memory.contents();
        assertThat(ByteBuffer.wrap(contents, DATA + 131072 + 65536 - 400, 400))
                .isEqualTo(ByteBuffer.wrap(written, 0, 400));
        assertThat(ByteBuffer.wrap(contents, DATA, 600)).isEqualTo(ByteBuffer.wrap(written, 400, 600));
        ByteBuffer found = ByteBuffer.allocate(1000);
        bridge.fetch(7, key, BASE + 65536 - 400, found);
        assertThat(found.array()).isEqualTo(written);
    }

    @Test
    void persist_acrossExtents_isExactlyTheRange() throws Exception {
        int key = bind(Right.READ, Right.WRITE);
        bridge.place(7, key, BASE, ByteBuffer.wrap(random(131072)));
        bridge.persist(7, key, BASE + 65536 - 400, 1000);
        assertThat(memory.isPersisted(DATA + 131072 + 65536 - 400, 400)).isTrue();
        assertThat(memory.isPersisted(DATA, 600)).isTrue();
        assertThat(memory.isPersisted(DATA + 600, 8)).isFalse();
        assertThat(memory.isPersisted(DATA + 131072 + 65536 - 408, 8)).isFalse();
    }

    @Test
    void persist_volatileMemory_isNotOffered() throws Exception {
        VolatileMemory other = new VolatileMemory(SIZE);
        Superblock.format(other, new UUID(3, 4), pair.getPublic());
        FirmwareBridge volatileBridge = FirmwareBridge.start(other, "unit y", KEY_CAPACITY, new Random(1));
        ManagerProof challenge = volatileBridge.challenge();
        int key = volatileBridge
                .authenticate(challenge, sign(pair, challenge.message()))
                .apply(new TableBatch().map(3, TWO_PIECES).bind(wholeSlot3(7, Right.READ)))
                .get(0);
        assertRefused(ErrorCode.LEVEL_NOT_OFFERED, () -> volatileBridge.persist(7, key, BASE, 8));
    }

    @Test
    void access_everyReason_isToldApart() throws Exception {
        int key = bind(Right.READ);
        byte[] before = memory.contents();
        ByteBuffer buffer = ByteBuffer.allocate(64);
        assertFault(Fault.INVALID_KEY, () -> bridge.fetch(7, key ^ 1, BASE, buffer));
        assertFault(Fault.NOT_ASSOCIATED_WITH_STREAM, () -> bridge.fetch(8, key, BASE, buffer));
        assertFault(Fault.ACCESS_RIGHTS, () -> bridge.place(7, key, BASE, buffer));
        assertFault(Fault.BASE_OR_BOUNDS, () -> bridge.fetch(7, key, BASE + 131072 - 63, buffer));
        assertFault(Fault.ADDRESS_WRAP, () -> bridge.fetch(7, key, -63, buffer));
        assertFault(Fault.BASE_OR_BOUNDS, () -> bridge.checkFetch(7, key, BASE, 131073));
        assertFault(Fault.BASE_OR_BOUNDS, () -> bridge.persist(7, key, BASE - 1, 8));
        bridge.checkFetch(7, key, BASE, 131072);
        session.apply(new TableBatch().revoke(key));
        assertFault(Fault.INVALID_KEY, () -> bridge.fetch(7, key, BASE, buffer));
        assertThat(buffer.position()).isZero();
        assertThat(memory.contents()).isEqualTo(before);
    }

    @Test
    void apply_batchWithAFault_changesNothing() throws Exception {
        int key = bind(Right.READ);
        Mapping overlapping = new Mapping(List.of(new Extent(0, DATA + 65536, 131072)));
        Mapping outside = new Mapping(List.of(new Extent(0, DATA - 65536, 65536)));
        Mapping beyond = new Mapping(List.of(new Extent(0, SIZE - 65536, 131072)));
        Mapping free = new Mapping(List.of(new Extent(0, DATA + 196608, 65536)));
        List<TableBatch> faulty = List.of(
                new TableBatch().revoke(key).map(4, overlapping),
                new TableBatch().revoke(key).map(4, outside),
                new TableBatch().revoke(key).map(4, beyond),
                new TableBatch().revoke(key).map(3, free),
                new TableBatch().revoke(key).map(99, free),
                new TableBatch().revoke(key).map(4, free).map(4, free),
                new TableBatch().revoke(key).map(4, free).map(5, free),
                new TableBatch().revoke(key).unmap(5),
                new TableBatch().unmap(3),
                new TableBatch().revoke(key).unmap(3).bind(wholeSlot3(7, Right.READ)),
                new TableBatch()
                        .revoke(key)
                        .bind(new KeyBinding(7, VirtualAddress.base(4), 8, EnumSet.of(Right.READ), 1)),
                new TableBatch().revoke(key).bind(new KeyBinding(7, BASE, 131073, EnumSet.of(Right.READ), 1)),
                new TableBatch().revoke(key).bind(new KeyBinding(7, 0, 8, EnumSet.of(Right.READ), 1)));
        for (TableBatch batch : faulty) {
            assertRefused(ErrorCode.INTERNAL, () -> session.apply(batch));
            bridge.fetch(7, key, BASE, ByteBuffer.allocate(8));
        }
        // What was refused has left nothing behind: each part of it is possible now.
        session.apply(new TableBatch().map(4, free));
        session.apply(new TableBatch().revoke(key).unmap(3).map(5, overlapping));
        assertFault(Fault.INVALID_KEY, () -> bridge.fetch(7, key, BASE, ByteBuffer.allocate(8)));
    }

    @Test
    void apply_moreKeysThanThereAre_isLimited() throws Exception {
        int key = bind(Right.READ);
        TableBatch four = new TableBatch();
        for (int i = 0; i < KEY_CAPACITY; i++) {
            four.bind(wholeSlot3(7, Right.READ));
        }
        assertRefused(ErrorCode.LIMIT_REACHED, () -> session.apply(four));
        bridge.fetch(7, key, BASE, ByteBuffer.allocate(8));
        assertThat(session.apply(four.revoke(key))).hasSize(KEY_CAPACITY).doesNotContain(key);
    }

    @Test
    void close_endsKeys() throws Exception {
        int key = bind(Right.READ);
        bridge.close();
        bridge.close();
        assertFault(Fault.INVALID_KEY, () -> bridge.fetch(7, key, BASE, ByteBuffer.allocate(8)));
    }

    @Test
    void inspector_oneCopyDamaged_notesIt() throws Exception {
        session.writeCatalogEntry(1, random(10));
        UnitInspector clean = new UnitInspector(memory, "unit x");
        assertThat(clean.catalogEntry(1)).isEqualTo(random(10));
        assertThat(clean.catalogEntry(2)).isEmpty();
        assertThat(clean.notes()).isEmpty();
        memory.flip((int) UnitLayout.slotOffset(1) + UnitLayout.PAGE_BYTES + 5, 1);
        memory.flip(70, 1);
        UnitInspector damaged = new UnitInspector(memory, "unit x");
        assertThat(damaged.catalogEntry(1)).isEqualTo(random(10));
        assertThat(damaged.notes())
                .hasSize(2)
                .anySatisfy(note -> assertThat(note).contains("superblock: copy 0"))
                .anySatisfy(note -> assertThat(note).contains("catalog slot 1: copy 1"));
    }

    @Test
    void writeCatalogEntry_persistFails_oldEntryCounts() throws Exception {
        session.writeCatalogEntry(1, random(10));
        memory.failPersistFrom(0);
        assertThatThrownBy(() -> session.writeCatalogEntry(1, random(20)))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNIT_IO));
        assertThat(session.readCatalogEntry(1)).isEqualTo(random(10));
    }
}
