package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.RegisteredRange;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.verbs.VerbsUnit;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.pmu.nic.VerbsPeer;

/**
 * A peer that has logged in and may use a region tries more, by work requests of its own. The device refuses each, that
 * connection is over, and nobody else notices: {@code -Dattack.seed=S}.
 */
@Tag("rdma")
class VerbsAttackTest {

    private static final int GUESSES = 200;

    /** What 8 bytes are that a peer has written. */
    private static final long WRITTEN = 0xEEEE_EEEE_EEEE_EEEEL;

    private static final long SEED = Long.getLong("attack.seed", System.nanoTime());

    @TempDir
    static Path folder;

    private static AttackedUnit unit;

    @BeforeAll
    static void serve() throws Exception {
        System.out.println("VerbsAttackTest: -Dattack.seed=" + SEED);
        unit = new AttackedUnit(folder, NicOptions.defaults().withTimeouts(60_000, 60_000));
    }

    @AfterAll
    static void stop() throws Exception {
        unit.assertNothingIsLeft();
        unit.close();
    }

    /** An access that must not be; returns the work completion's status. */
    @FunctionalInterface
    private interface Access {
        String by(VerbsPeer peer, RegisteredRange own) throws IOException;
    }

    private static void assertRefused(boolean ownKeyWrites, Access access) throws Exception {
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            RegisteredRange own = intruder.open(Intruder.NAME, ownKeyWrites, ownKeyWrites ? 1 : 0);
            assertRefused(intruder.peer, access.by(intruder.peer, own), own);
        }
        unit.assertUnharmed();
    }

    private static void assertRefused(VerbsPeer peer, String status, RegisteredRange own) throws IOException {
        if (VerbsUnit.isIwarp()) {
            // A write is done when it is sent. What the other side says to it ends the connection.
            assertThat(peer.read(own.getRkey(), own.getRemoteAddress(), 8)).isNotEqualTo(VerbsPeer.SUCCESS);
        } else {
            assertThat(status).isEqualTo(VerbsPeer.ACCESS_ERROR);
        }
        // What would be allowed is not any more.
        assertThat(peer.write(own.getRkey(), own.getRemoteAddress(), 8)).isNotEqualTo(VerbsPeer.SUCCESS);
        assertThat(peer.read(own.getRkey(), own.getRemoteAddress(), 8)).isNotEqualTo(VerbsPeer.SUCCESS);
    }

    private static long end(RegisteredRange range) {
        return range.getRemoteAddress() + range.getLengthBytes();
    }

    @Test
    void accesses_underTheKeyOfAnotherConnection_areRefused() throws Exception {
        RegisteredRange victims = unit.victim.range();
        assertRefused(true, (peer, own) -> peer.write(victims.getRkey(), victims.getRemoteAddress(), 8));
        assertRefused(true, (peer, own) -> peer.read(victims.getRkey(), victims.getRemoteAddress(), 8));
        assertRefused(true, (peer, own) -> peer.write(own.getRkey(), victims.getRemoteAddress(), 8));
        assertRefused(true, (peer, own) -> peer.read(own.getRkey(), victims.getRemoteAddress(), 8));
    }

    @Test
    void accesses_outOfTheKeysRange_areRefused() throws Exception {
        assertRefused(true, (peer, own) -> peer.write(own.getRkey(), end(own) - 7, 8));
        assertRefused(true, (peer, own) -> peer.read(own.getRkey(), end(own) - 7, 8));
        assertRefused(true, (peer, own) -> peer.write(own.getRkey(), own.getRemoteAddress() - 1, 8));
        assertRefused(true, (peer, own) -> peer.read(own.getRkey(), own.getRemoteAddress() - 1, 8));
        assertRefused(true, (peer, own) -> peer.write(own.getRkey(), -4, 8));
        assertRefused(true, (peer, own) -> peer.read(own.getRkey(), -4, 8));
        assertRefused(true, (peer, own) -> peer.write(own.getRkey(), 0, 8));
    }

    @Test
    void write_underAKeyForReading_isRefused() throws Exception {
        assertRefused(false, (peer, own) -> peer.write(own.getRkey(), own.getRemoteAddress(), 8));
    }

    @Test
    void keys_guessed_areRefused() throws Exception {
        Random random = new Random(SEED);
        RegisteredRange victims = unit.victim.range();
        for (int i = 0; i < GUESSES; i++) {
            // As near as it gets: an index that is in use with another tag, the next index, and whatever else.
            int guess =
                    switch (i % 3) {
                        case 0 -> victims.getRkey() ^ (1 + random.nextInt(255));
                        case 1 -> victims.getRkey() + (random.nextInt(64) - 32) * 256 + random.nextInt(256);
                        default -> random.nextInt();
                    };
            try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
                RegisteredRange own = intruder.open(Intruder.NAME, true, 1);
                if (guess != own.getRkey()) {
                    VerbsPeer peer = intruder.peer;
                    boolean write = random.nextBoolean();
                    long at = victims.getRemoteAddress();
                    assertRefused(peer, write ? peer.write(guess, at, 8) : peer.read(guess, at, 8), own);
                }
            }
        }
        unit.assertUnharmed();
    }

    @Test
    void key_revokedByATakeover_isRefusedToNewConnections() throws Exception {
        try (UnitClient primary = UnitClient.session(unit.fabric, "primary", 7);
                UnitClient standby = UnitClient.session(unit.fabric, "standby", 8)) {
            primary.create("taken", AttackedUnit.REGION_BYTES);
            primary.claim("taken", 0);
            try (UnitClient data = UnitClient.data(unit.fabric, "primary", 7)) {
                RegisteredRange revoked = data.openToWrite("taken", 1).getRanges(0);
                standby.takeOver("taken", 1);
                assertDead(revoked);
            }
        }
    }

    @Test
    void key_ofAClosedConnection_isRefusedToOthers() throws Exception {
        RegisteredRange gone;
        try (UnitClient closing = unit.victim.connection()) {
            gone = closing.openToWrite("victim", 1).getRanges(0);
        }
        unit.assertNothingIsLeft();
        assertDead(gone);
    }

    private static void assertDead(RegisteredRange range) throws Exception {
        assertRefused(true, (peer, own) -> peer.write(range.getRkey(), range.getRemoteAddress(), 8));
        assertRefused(true, (peer, own) -> peer.read(range.getRkey(), range.getRemoteAddress(), 8));
    }

    /** The frames of messages are in the same protection domain as what the peer may access. */
    @Test
    void memoryOfMessages_ofTheOwnConnection_cannotBeWritten() throws Exception {
        for (int at : new int[] {0, MessageMemory.LENGTH_BYTES / 2, MessageMemory.LENGTH_BYTES - 8}) {
            assertOutOfReach(true, at);
        }
    }

    /** Soft-iWARP does not look at the right to read, but at protection domain and range alone. */
    @Test
    @Tag("rxe-only")
    void memoryOfMessages_ofTheOwnConnection_cannotBeRead() throws Exception {
        assertOutOfReach(false, 0);
    }

    private static void assertOutOfReach(boolean write, int at) throws Exception {
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            RegisteredRange own = intruder.open(Intruder.NAME, true, 1);
            assertOutOfReach(intruder, own, intruder.connectionId(), at, write);
        }
        unit.assertUnharmed();
    }

    @Test
    void memoryOfMessages_ofAnotherConnection_isOutOfReach() throws Exception {
        for (boolean write : new boolean[] {true, false}) {
            try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
                RegisteredRange own = intruder.open(Intruder.NAME, true, 1);
                assertOutOfReach(intruder, own, unit.victim.connectionId(), 0, write);
            }
        }
        unit.assertUnharmed();
    }

    private static void assertOutOfReach(
            Intruder intruder, RegisteredRange own, long connectionId, int at, boolean write) throws Exception {
        MessageMemory messages = MessageMemory.of(unit.served().nic(), connectionId);
        VerbsPeer peer = intruder.peer;
        long address = messages.address() + at;
        assertRefused(
                peer, write ? peer.write(messages.key(), address, 8) : peer.read(messages.key(), address, 8), own);
        assertThat(messages.memory().getLong(at)).isNotEqualTo(WRITTEN);
    }
}
