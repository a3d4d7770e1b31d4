package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/** What the archive that an administrator deploys holds, and what it must not show to the applications beside it. */
class RarArchiveIT {

    private static final Path RAR = Path.of(System.getProperty("pmu.rar"));

    @Test
    void archive_built_holdsAdapterBridgeAndApiAlone() throws IOException {
        try (JarFile rar = new JarFile(RAR.toFile())) {
            List<String> jars = rar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".jar"))
                    .toList();

            assertThat(jars)
                    .hasSize(3)
                    .contains("pmu-connector-ra.jar", "pmu-firmware-bridge.jar")
                    .anyMatch(name -> name.startsWith("pmu-connector-api-"));
        }
    }

    @Test
    void bridgeJar_built_holdsProtobufUnderOurNameAndNoDaemon() throws IOException {
        assertThat(classesOf("pmu-firmware-bridge.jar").keySet())
                .contains("org/pmuconnector/shaded/protobuf/ByteString.class")
                .allMatch(name -> name.startsWith("org/pmuconnector/"))
                .noneMatch(name -> name.startsWith("org/pmuconnector/daemon/"));
    }

    @Test
    void adapterJar_built_holdsTheAdapterAndNeverNamesProtobuf() throws IOException {
        Map<String, String> classes = classesOf("pmu-connector-ra.jar");

        assertThat(classes).isNotEmpty();
        assertThat(classes.keySet()).allMatch(name -> name.startsWith("org/pmuconnector/ra/"));
        assertThat(classes.values()).noneMatch(bytes -> bytes.contains("com/google/protobuf"));
    }

    /** Class file name to class file, its bytes read as Latin-1 so that names in its constant pool can be found. */
    private static Map<String, String> classesOf(String jarName) throws IOException {
        Map<String, String> classes = new LinkedHashMap<>();
        try (JarFile rar = new JarFile(RAR.toFile());
                InputStream packed = rar.getInputStream(rar.getEntry(jarName));
                ZipInputStream jar = new ZipInputStream(packed)) {
            for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
                if (entry.getName().endsWith(".class")) {
                    classes.put(entry.getName(), new String(jar.readAllBytes(), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return classes;
    }
}
