package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    private static final Path DESCRIPTOR = Path.of("..", "..", "rar", "src", "main", "rar", "META-INF", "ra.xml");

    @Test
    void archive_built_holdsAdapterBridgeAndApiAlone() throws IOException {
        assertThat(jars())
                .hasSize(3)
                .contains("pmu-connector-ra.jar", "pmu-firmware-bridge.jar")
                .anyMatch(name -> name.startsWith("pmu-connector-api-"));
    }

    @Test
    void descriptor_inTheArchive_isTheOneThatIsComparedWithTheAnnotations() throws IOException {
        try (JarFile rar = new JarFile(RAR.toFile());
                InputStream packed = rar.getInputStream(rar.getEntry("META-INF/ra.xml"))) {
            assertThat(packed).hasContent(Files.readString(DESCRIPTOR));
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

    @Test
    void scramLibraries_inTheArchive_haveOurNamesOnly() throws IOException {
        Map<String, String> bridge = classesOf("pmu-firmware-bridge.jar");

        assertThat(bridge.keySet())
                .contains(
                        "org/pmuconnector/shaded/ongres/scram/common/ScramFunctions.class",
                        "org/pmuconnector/shaded/ongres/saslprep/SASLprep.class",
                        "org/pmuconnector/shaded/ongres/stringprep/Stringprep.class");
        for (String jar : jars()) {
            assertThat(classesOf(jar).entrySet())
                    .as(jar)
                    .isNotEmpty()
                    .noneMatch(file -> file.getKey().startsWith("com/ongres/"))
                    .noneMatch(file -> file.getValue().contains("com/ongres/"))
                    .noneMatch(file -> file.getValue().contains("com.ongres."));
        }
        // Nobody may find them as a service either: an application's own would be asked, or these by an application.
        assertThat(filesOf("pmu-firmware-bridge.jar", "META-INF/services/").keySet())
                .isEmpty();
    }

    @Test
    void notice_inTheArchive_namesTheLibrariesAndTheirPlaces() throws IOException {
        assertThat(filesOf("pmu-firmware-bridge.jar", "META-INF/NOTICE").values())
                .singleElement()
                .asString()
                .contains("OnGres SCRAM and StringPrep", "org.pmuconnector.shaded.ongres", "Copyright (c) 2017 OnGres")
                .contains("Protocol Buffers", "org.pmuconnector.shaded.protobuf");
    }

    private static List<String> jars() throws IOException {
        try (JarFile rar = new JarFile(RAR.toFile())) {
            return rar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".jar"))
                    .toList();
        }
    }

    private static Map<String, String> classesOf(String jarName) throws IOException {
        Map<String, String> files = filesOf(jarName, "");
        files.keySet().removeIf(name -> !name.endsWith(".class"));
        return files;
    }

    /** Name to file, its bytes read as Latin-1 so that names in its constant pool can be found. */
    private static Map<String, String> filesOf(String jarName, String prefix) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (JarFile rar = new JarFile(RAR.toFile());
                InputStream packed = rar.getInputStream(rar.getEntry(jarName));
                ZipInputStream jar = new ZipInputStream(packed)) {
            for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
                if (!entry.isDirectory() && entry.getName().startsWith(prefix)) {
                    files.put(entry.getName(), new String(jar.readAllBytes(), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return files;
    }
}
