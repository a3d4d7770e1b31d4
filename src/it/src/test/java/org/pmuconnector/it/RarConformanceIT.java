package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;
import org.jboss.jca.validator.Validation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.bootstrap.DOMImplementationRegistry;
import org.w3c.dom.ls.DOMImplementationLS;
import org.w3c.dom.ls.LSInput;

/**
 * The archive under the rules of the Connectors specification: those that IronJacamar's validator knows, and its schema's.
 */
class RarConformanceIT {

    private static final int NO_FAILURES = 0;
    private static final int FAILURES = 1;

    /** Payara Server has the schemas of Jakarta EE. */
    private static final Path SCHEMAS = Path.of(System.getProperty("payara.server"), "glassfish", "lib", "schemas");

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

    @Test
    void descriptor_asBuilt_isValidUnderTheSchema() throws Exception {
        SchemaFactory factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
        factory.setResourceResolver(RarConformanceIT::besides);
        Validator validator =
                factory.newSchema(SCHEMAS.resolve("connector_2_1.xsd").toFile()).newValidator();

        assertThatCode(() -> validator.validate(
                        new StreamSource(archive.resolve("META-INF/ra.xml").toFile())))
                .doesNotThrowAnyException();
    }

    /** A schema that another one names, from the same folder: some name it by an address in the web. */
    private static LSInput besides(String type, String namespace, String publicId, String systemId, String base) {
        try {
            DOMImplementationLS implementation = (DOMImplementationLS)
                    DOMImplementationRegistry.newInstance().getDOMImplementation("LS");
            Path schema = SCHEMAS.resolve(systemId.substring(systemId.lastIndexOf('/') + 1));
            LSInput input = implementation.createLSInput();
            input.setSystemId(schema.toUri().toString());
            input.setByteStream(Files.newInputStream(schema));
            return input;
        } catch (ReflectiveOperationException | IOException missing) {
            throw new IllegalStateException("schema " + systemId, missing);
        }
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
