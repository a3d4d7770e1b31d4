package org.pmuconnector.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That nothing in a file, and no file that is not what it should be, does harm. */
class HostFilesTest {

    @TempDir
    private Path root;

    private HostFiles files;

    @BeforeEach
    void make() {
        files = new HostFiles(root);
    }

    @Test
    void line_withCharactersForATerminal_isShownWithoutThem() throws Exception {
        Files.writeString(root.resolve("desc"), "a\u001b[2J\u202eb\tc\u0007\r\nsecond");

        assertThat(files.line("/desc")).isEqualTo("a?[2J?b c?");
    }

    @Test
    void file_longerThanAnyThere_isCut() throws Exception {
        Files.writeString(root.resolve("long"), "x".repeat(3 << 20));

        assertThat(files.line("/long")).hasSize(201).endsWith("…");
        assertThat(files.lines("/long").get(0)).hasSize(1 << 20);
    }

    @Test
    void file_thatIsNone_isEmpty() throws Exception {
        Files.createDirectory(root.resolve("folder"));
        Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
        Files.write(root.resolve("bytes"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, '\n'});

        assertThat(files.line("/folder")).isEmpty();
        assertThat(files.line("/nowhere")).isEmpty();
        assertThat(files.line("/loop")).isEmpty();
        assertThat(files.line("/bytes")).hasSize(3).endsWith("?");
        assertThat(files.names("/nowhere")).isEmpty();
        assertThat(files.names("/bytes")).isEmpty();
        assertThat(files.linkedName("/folder")).isEmpty();
    }

    @Test
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void file_thatIsAPipe_isNotWaitedFor() throws Exception {
        Process made = new ProcessBuilder("mkfifo", root.resolve("pipe").toString())
                .inheritIO()
                .start();
        assertThat(made.waitFor()).isZero();

        assertThat(files.line("/pipe")).isEmpty();
    }

    @Test
    void names_areSortedByTheirNumberAndHarmless() throws Exception {
        for (String name : List.of("mlx5_10", "mlx5_2", "b", "evil\u001b[2J", "mlx5_1")) {
            Files.createFile(root.resolve(name));
        }
        assertThat(files.names("/")).containsExactly("b", "mlx5_1", "mlx5_2", "mlx5_10");
    }

    @Test
    void open_saysWhyNot() throws Exception {
        Files.createFile(root.resolve("file"));
        Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));

        assertThat(files.open("/file")).isEqualTo(new DeviceFile("/file", true, ""));
        assertThat(files.open("/nowhere")).isEqualTo(new DeviceFile("/nowhere", false, "it is not there"));
        assertThat(files.open("/loop").refusal()).contains("symbolic links");
    }

    @RepeatedTest(50)
    void diagnosis_ofAHostOfGarbage_isGiven() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        FakeHost host = new FakeHost(root).rxe("rxe0").siw("siw1");
        List<Path> all;
        try (Stream<Path> walk = Files.walk(root)) {
            all = walk.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : all) {
            byte[] bytes = Files.readAllBytes(file);
            switch (random.nextInt(4)) {
                case 0 -> Files.delete(file);
                case 1 -> {
                    for (int i = 0; i < 3 && bytes.length > 0; i++) {
                        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    }
                    Files.write(file, bytes);
                }
                case 2 -> {
                    byte[] garbage = new byte[random.nextInt(300)];
                    random.nextBytes(garbage);
                    Files.write(file, garbage);
                }
                default -> Files.write(file, bytes); // As it was.
            }
        }
        Diagnosis diagnosis = Diagnosis.of(host.reader().read(Optional.of(Path.of("/proc/self"))));

        assertThat(diagnosis.findings())
                .as("seed %d", seed)
                .hasSizeGreaterThan(5)
                .allSatisfy(finding -> {
                    assertThat(finding.text()).isNotEmpty().matches(text -> text.equals(HostFiles.shown(text)));
                    assertThat(finding.remedy().isEmpty()).isEqualTo(finding.verdict() == Finding.Verdict.OK);
                });
    }
}
