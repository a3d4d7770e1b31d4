package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the archive that an administrator deploys holds, and what it must not show to the applications beside it. */
class RarArchiveIT {

    private static final Path RAR = Path.of(System.getProperty("pmu.rar"));

    @Test
    void archive_built_holdsTheAdapterAndTheApiAlone() throws IOException {
        try (JarFile rar = new JarFile(RAR.toFile())) {
            List<String> jars = rar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".jar"))
                    .toList();

            assertThat(jars)
                    .hasSize(2)
                    .contains("pmu-connector-ra.jar")
                    .anyMatch(name -> name.startsWith("pmu-connector-api-"));
        }
    }

    @Test
    void adapterJar_built_holdsNoClassUnderAForeignName() throws IOException {
        List<String> classes = classesOf("pmu-connector-ra.jar");

        assertThat(classes)
                .isNotEmpty()
                .allMatch(name -> name.startsWith("org/pmuconnector/"))
                .contains("org/pmuconnector/shaded/protobuf/ByteString.class")
                .noneMatch(name -> name.startsWith("org/pmuconnector/daemon/"));
    }

    private static List<String> classesOf(String jarName) throws IOException {
        List<String> classes = new ArrayList<>();
        try (JarFile rar = new JarFile(RAR.toFile());
                JarInputStream jar = new JarInputStream(rar.getInputStream(rar.getEntry(jarName)))) {
            for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
                if (entry.getName().endsWith(".class")) {
                    classes.add(entry.getName());
                }
            }
        }
        return classes;
    }
}
