package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jboss.jca.validator.Validation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive under the rules of the Connectors specification, as IronJacamar's validator knows them. */
class RarConformanceIT {

    private static final int NO_FAILURES = 0;
    private static final int FAILURES = 1;

    @TempDir
    private Path directory;

    /** Unpacked, since the validator unpacks what is packed into a place that it shares with others. */
    private Path archive;

    private Path reports;

    @BeforeEach
    void unpack() throws IOException {
        archive = directory.resolve("pmu-connector.rar");
        reports = directory.resolve("reports");
        try (JarFile packed = new JarFile(System.getProperty("pmu.rar"))) {
            for (JarEntry entry :
                    packed.stream().filter(file -> !file.isDirectory()).toList()) {
                Path file = archive.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                try (InputStream bytes = packed.getInputStream(entry)) {
                    Files.copy(bytes, file);
                }
            }
        }
    }

    @Test
    void archive_asBuilt_breaksNoRule() throws IOException {
        assertThat(validate()).as(() -> "answer; reports: " + reported()).isEqualTo(NO_FAILURES);
        assertThat(reported()).isEmpty();
    }

    /** The validator does look at what it is given. */
    @Test
    void archive_factoryThatIsNone_isReported() throws IOException {
        Path descriptor = archive.resolve("META-INF/ra.xml");
        String factory = "class>org.pmuconnector.ra.CheckpointManagedConnectionFactory<";
        String described = Files.readString(descriptor);
        assertThat(described).containsOnlyOnce(factory);
        Files.writeString(descriptor, described.replace(factory, "class>java.lang.Object<"));

        assertThat(validate()).isEqualTo(FAILURES);
        assertThat(reported()).singleElement().asString().contains("java.lang.Object");
    }

    private int validate() throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            return Validation.validate(archive.toUri().toURL(), reports.toString());
        } finally {
            // The validator leaves one that it has closed.
            thread.setContextClassLoader(before);
        }
    }

    private List<String> reported() {
        if (!Files.exists(reports)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(reports)) {
            return files.map(RarConformanceIT::read).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String read(Path report) {
        try {
            return Files.readString(report);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
