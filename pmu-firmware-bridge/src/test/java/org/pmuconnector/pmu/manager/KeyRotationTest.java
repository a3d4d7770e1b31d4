package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.RemoteManager;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.FirmwareBridge;
import org.pmuconnector.pmu.firmware.ManagerProof;
import org.pmuconnector.pmu.firmware.UnitFile;

/** A unit gets another manager's key, and stays usable wherever that is cut short. */
class KeyRotationTest {

    @TempDir
    Path folder;

    private Path unit;
    private Path keyFile;
    private Path next;

    @BeforeEach
    void format() throws PmuException {
        unit = folder.resolve("unit");
        keyFile = ManagerKey.fileOf(unit);
        next = ManagerKey.nextOf(keyFile);
        Unit.format(unit, 1 << 20);
    }

    private PublicKey accepted() throws PmuException {
        try (Unit running = Unit.open(unit, UnitOptions.defaults())) {
            return running.superblock().managerKey();
        }
    }

    private interface Step {
        void run(BridgeSession session) throws Exception;
    }

    /** Proves to be the manager, does something, and is gone. */
    private void withSession(Step step) throws Exception {
        try (UnitFile file = UnitFile.open(unit)) {
            FirmwareBridge bridge = FirmwareBridge.start(file.memory(), "unit", 16, new Random(1));
            ManagerProof challenge = bridge.challenge();
            ManagerKey key = ManagerKey.of(keyFile, bridge.superblock().managerKey());
            step.run(bridge.authenticate(challenge, key.sign(challenge.message())));
        }
    }

    @Test
    void rotate_done_oldKeyIsRefused() throws Exception {
        byte[] oldKey = Files.readAllBytes(keyFile);
        PublicKey before = accepted();
        Unit.rotateKey(unit);
        assertThat(accepted()).isNotEqualTo(before);
        assertThat(next).doesNotExist();
        byte[] newKey = Files.readAllBytes(keyFile);
        Files.write(keyFile, oldKey);
        ManagerFixture.assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, this::accepted, keyFile.toString());
        Files.write(keyFile, newKey);
        assertThat(accepted()).isNotEqualTo(before);
    }

    @Test
    void rotate_cutShortBeforeTheUnitIsTold_oldKeyCounts() throws Exception {
        PublicKey before = accepted();
        ManagerKey.create(next);
        assertThat(accepted()).isEqualTo(before);
        // What was left does not stand in the way of the next one.
        Unit.rotateKey(unit);
        assertThat(accepted()).isNotEqualTo(before);
        assertThat(next).doesNotExist();
    }

    @Test
    void rotate_cutShortAfterTheUnitWasTold_newKeyIsFoundAndTakesItsPlace() throws Exception {
        PublicKey before = accepted();
        byte[] oldKey = Files.readAllBytes(keyFile);
        withSession(session -> session.rotateKey(ManagerKey.create(next)));
        assertThat(accepted()).isNotEqualTo(before);
        assertThat(next).doesNotExist();
        assertThat(Files.readAllBytes(keyFile)).isNotEqualTo(oldKey);
        assertThat(accepted()).isNotEqualTo(before);
    }

    @Test
    void rotate_cutShortInTheMiddleOfTheNewKeyFile_oldKeyCounts() throws Exception {
        PublicKey before = accepted();
        Files.writeString(next, "-----BEGIN PRIV");
        assertThat(accepted()).isEqualTo(before);
        Unit.rotateKey(unit);
        assertThat(accepted()).isNotEqualTo(before);
    }

    @Test
    void rotate_overTheBridge_needsTheOldKeyAndEndsIt() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path strange = folder.resolve("strange.key");
        ManagerKey.create(strange);
        Path old = folder.resolve("old.key");
        Files.copy(keyFile, old);
        try (Unit running = Unit.openForManagers(unit, any, UnitOptions.defaults())) {
            PublicKey before = running.superblock().managerKey();
            ManagerFixture.assertRefused(
                    ErrorCode.MANAGER_NOT_AUTHENTICATED,
                    () -> RemoteManager.rotateKey(running.bridgeAddress(), strange));
            assertThat(running.superblock().managerKey()).isEqualTo(before);
            RemoteManager.rotateKey(running.bridgeAddress(), keyFile);
            assertThat(running.superblock().managerKey()).isNotEqualTo(before);
            ManagerFixture.assertRefused(
                    ErrorCode.MANAGER_NOT_AUTHENTICATED,
                    () -> RemoteManager.start(running.bridgeAddress(), old, UnitOptions.defaults()));
            RemoteManager.start(running.bridgeAddress(), keyFile, UnitOptions.defaults())
                    .close();
        }
    }
}
