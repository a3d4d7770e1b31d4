package org.pmuconnector.pmu.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UnitFileTest {

    private static final long SIZE_BYTES = 1 << 20;

    @TempDir
    Path folder;

    private Path path;
    private PublicKey key;

    @BeforeEach
    void prepare() throws Exception {
        path = folder.resolve("unit");
        key = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call, String... says) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PmuException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage()).contains(says);
        });
    }

    @Test
    void format_thenOpen_hasTheSize() throws PmuException {
        UnitFile.format(path, 3 << 20, key);
        try (UnitFile file = UnitFile.open(path)) {
            assertThat(file.memory().sizeBytes()).isEqualTo(3 << 20);
            assertThat(file.path()).isEqualTo(path);
        }
    }

    @Test
    void format_largestUnit_isSparseAndQuick() throws Exception {
        UnitFile.format(path, UnitLayout.MAX_SIZE_BYTES, key);
        try (UnitFile file = UnitFile.open(path)) {
            assertThat(file.memory().sizeBytes()).isEqualTo(1L << 40);
        }
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void format_linkToWhereNothingIs_makesTheUnitThere() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(path, Path.of("elsewhere/unit"));

        UnitFile.format(path, SIZE_BYTES, key);

        assertThat(elsewhere.resolve("unit")).isRegularFile().hasSize(SIZE_BYTES);
        UnitFile.open(path).close();
        assertRefused(ErrorCode.UNIT_EXISTS, () -> UnitFile.format(path, SIZE_BYTES, key), path.toString());
    }

    @Test
    void format_somethingIsThere_isRefusedAndUntouched() throws IOException {
        Files.writeString(path, "precious");
        assertRefused(ErrorCode.UNIT_EXISTS, () -> UnitFile.format(path, SIZE_BYTES, key), path.toString());
        assertThat(path).hasContent("precious");
    }

    @Test
    void format_sizeOutOfRange_isRefused() {
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> UnitFile.format(path, SIZE_BYTES - 1, key), "1 MiB");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> UnitFile.format(path, (1L << 40) + 1, key), "1 TiB");
        assertThat(path).doesNotExist();
    }

    @Test
    void format_folderMissing_isRefused() {
        Path nowhere = folder.resolve("no/such/unit");
        assertRefused(ErrorCode.UNIT_IO, () -> UnitFile.format(nowhere, SIZE_BYTES, key), nowhere.toString());
    }

    @Test
    void open_notThere_isNotFormatted() {
        assertRefused(ErrorCode.UNIT_NOT_FORMATTED, () -> UnitFile.open(path), path.toString(), "does not exist");
        assertRefused(ErrorCode.UNIT_NOT_FORMATTED, () -> UnitFile.open(folder), "not a file");
    }

    @Test
    void open_foreignFile_isNotFormattedAndUntouched() throws IOException {
        Files.writeString(path, "just a text\n");
        assertRefused(ErrorCode.UNIT_NOT_FORMATTED, () -> UnitFile.open(path), path.toString());
        assertThat(path).hasContent("just a text\n");
        Files.delete(path);
        Files.createFile(path);
        assertRefused(ErrorCode.UNIT_NOT_FORMATTED, () -> UnitFile.open(path), path.toString());
    }

    @Test
    void open_truncatedFile_isDamaged() throws Exception {
        UnitFile.format(path, SIZE_BYTES, key);
        for (long length : new long[] {SIZE_BYTES - 1, 10_000, 4096}) {
            try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                file.setLength(length);
            }
            assertRefused(ErrorCode.UNIT_DAMAGED, () -> UnitFile.open(path), "cut short");
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(50);
        }
        assertRefused(ErrorCode.UNIT_DAMAGED, () -> UnitFile.open(path), "superblock");
    }

    @Test
    void open_twiceInOneProcess_namesTheOwner() throws Exception {
        UnitFile.format(path, SIZE_BYTES, key);
        Path link = Files.createSymbolicLink(folder.resolve("link"), path);
        Path hardLink = Files.createLink(folder.resolve("hardlink"), path);
        String pid = "process " + ProcessHandle.current().pid();
        try (UnitFile file = UnitFile.open(path)) {
            assertThat(file.memory()).isNotNull();
            assertRefused(ErrorCode.UNIT_IN_USE, () -> UnitFile.open(path), pid);
            assertRefused(ErrorCode.UNIT_IN_USE, () -> UnitFile.open(link), pid);
            assertRefused(ErrorCode.UNIT_IN_USE, () -> UnitFile.open(hardLink), pid);
            assertRefused(ErrorCode.UNIT_IN_USE, () -> UnitFile.openForReading(path), pid);
        }
        UnitFile.open(path).close();
    }

    @Test
    void open_otherProcessHasIt_namesThatProcess() throws Exception {
        UnitFile.format(path, SIZE_BYTES, key);
        OtherProcess holder = OtherProcess.start(HoldUnit.class, path.toString());
        try {
            assertThat(holder.nextLine()).isEqualTo("open");
            String owner = "process " + holder.pid();
            assertRefused(ErrorCode.UNIT_IN_USE, () -> UnitFile.open(path), owner);
            assertRefused(ErrorCode.UNIT_IN_USE, () -> UnitFile.openForReading(path), owner);
            // Being refused has not taken it from its owner.
            assertRefused(ErrorCode.UNIT_IN_USE, () -> UnitFile.open(path), owner);
        } finally {
            holder.kill();
        }
        // A process that was killed leaves its note and no lock.
        assertThat(folder.resolve("unit.owner")).exists();
        UnitFile.open(path).close();
        assertThat(folder.resolve("unit.owner")).doesNotExist();
    }

    /** On POSIX, closing any channel of a file gives up the process's locks on it: a mere attempt must not do so. */
    @Test
    void open_refusedInOneProcess_lockIsStillHeldAgainstOthers() throws Exception {
        UnitFile.format(path, SIZE_BYTES, key);
        try (UnitFile file = UnitFile.open(path)) {
            assertThat(file.memory()).isNotNull();
            assertRefused(ErrorCode.UNIT_IN_USE, () -> UnitFile.open(path), "in use");
            OtherProcess second = OtherProcess.start(HoldUnit.class, path.toString());
            try {
                assertThat(second.nextLine())
                        .startsWith("UNIT_IN_USE")
                        .contains("process " + ProcessHandle.current().pid());
            } finally {
                second.kill();
            }
        }
    }

    @Test
    void openForReading_thenWrite_isImpossible() throws Exception {
        UnitFile.format(path, SIZE_BYTES, key);
        byte[] before = Files.readAllBytes(path);
        try (UnitFile file = UnitFile.openForReading(path)) {
            assertThatThrownBy(() -> file.memory().write(0, java.nio.ByteBuffer.allocate(1), 1))
                    .isInstanceOf(java.nio.ReadOnlyBufferException.class);
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        assertThat(folder.resolve("unit.owner")).doesNotExist();
    }

    /** Opens a unit and keeps it until it is killed. */
    static final class HoldUnit {

        private HoldUnit() {}

        public static void main(String[] args) throws Exception {
            try (UnitFile file = UnitFile.open(Path.of(args[0]))) {
                System.out.println("open");
                System.in.read();
                file.memory();
            } catch (PmuException e) {
                System.out.println(e.code() + " " + e.getMessage());
            }
        }
    }
}
