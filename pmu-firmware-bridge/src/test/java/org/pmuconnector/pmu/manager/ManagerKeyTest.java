package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.Signature;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

class ManagerKeyTest {

    @TempDir
    Path folder;

    private static void assertRefused(ErrorCode code, ThrowingCallable call, String... says) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PmuException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage()).contains(says);
        });
    }

    @Test
    void create_thenLoad_signsForThePublicKey() throws Exception {
        Path file = folder.resolve("unit.key");
        PublicKey key = ManagerKey.create(file);
        byte[] message = {1, 2, 3};
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(key);
        verifier.update(message);
        assertThat(verifier.verify(ManagerKey.load(file).sign(message))).isTrue();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(file).content().startsWith("-----BEGIN PRIVATE KEY-----\n").endsWith("-----END PRIVATE KEY-----\n");
    }

    @Test
    void create_fileIsThere_isRefusedAndUntouched() throws Exception {
        Path file = Files.writeString(folder.resolve("unit.key"), "precious");
        assertRefused(ErrorCode.UNIT_EXISTS, () -> ManagerKey.create(file), file.toString());
        assertThat(file).hasContent("precious");
    }

    @Test
    void load_readableByOthers_isRefused() throws Exception {
        Path file = folder.resolve("unit.key");
        ManagerKey.create(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> ManagerKey.load(file), "chmod 600");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        assertThat(ManagerKey.load(file).sign(new byte[1])).hasSize(64);
    }

    @Test
    void load_noKey_isRefused() throws Exception {
        Path missing = folder.resolve("missing.key");
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> ManagerKey.load(missing), "does not exist");
        String[] contents = {
            "",
            "garbage",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "x".repeat(5000)
        };
        for (int i = 0; i < contents.length; i++) {
            Path file = Files.writeString(folder.resolve("bad" + i), contents[i]);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            assertRefused(
                    ErrorCode.MANAGER_NOT_AUTHENTICATED,
                    () -> ManagerKey.load(file),
                    file.toString(),
                    "no Ed25519 private key");
        }
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rw-------"));
        assertRefused(ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> ManagerKey.load(binary), "no Ed25519");
    }
}
