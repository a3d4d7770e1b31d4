package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What the build has made, found from where these classes are: in the folder {@code target} of their module. */
final class BuiltFiles {

    /** The package of what a server runs. */
    private static final String APPLICATION = "org/pmuconnector/benchmarks/app";

    private BuiltFiles() {}

    /** The folder or the archive of these classes. */
    static Path classes() throws IOException {
        try {
            URI place = BuiltFiles.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(place);
        } catch (URISyntaxException e) {
            throw new IOException("where these classes are is no path", e);
        }
    }

    /** The folder in which benchmarks may make theirs. */
    static Path target() throws IOException {
        return classes().toAbsolutePath().getParent();
    }

    static Path payaraMicro() throws IOException {
        return existing(target().resolve("payara-micro.jar"));
    }

    static Path pmuJar() throws IOException {
        return existing(target().resolve("../../pmu-firmware-bridge/target/pmu.jar"));
    }

    static Path rar() throws IOException {
        return existing(target().resolve("../../rar/target/pmu-connector.rar"));
    }

    private static Path existing(Path file) throws IOException {
        Path normal = file.normalize();
        if (!Files.isRegularFile(normal)) {
            throw new IOException("no " + normal + ": build with mvn package -DskipTests");
        }
        return normal;
    }

    /** Makes the web archive that a server runs for the benchmarks. */
    static void writeApplication(Path war) throws IOException {
        Path classes = classes();
        if (Files.isDirectory(classes)) {
            write(war, classes.resolve(APPLICATION));
            return;
        }
        try (FileSystem archive = FileSystems.newFileSystem(classes)) {
            write(war, archive.getPath(APPLICATION));
        }
    }

    private static void write(Path war, Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.toList();
        }
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(war))) {
            for (Path file : files) {
                zip.putNextEntry(new ZipEntry("WEB-INF/classes/" + APPLICATION + "/" + file.getFileName()));
                Files.copy(file, zip);
            }
        }
    }
}
