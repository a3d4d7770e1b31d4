package org.pmuconnector.sample.demo.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/** A resource adapter's archive, for programs that use the adapter without a server. */
public final class AdapterArchive {

    private AdapterArchive() {}

    /**
     * Unpacks the archives in it.
     *
     * @param directory an existing one, to unpack into
     * @return these, for a class path
     */
    public static List<String> unpack(Path rar, Path directory) throws IOException {
        List<String> path = new ArrayList<>();
        try (JarFile adapter = new JarFile(rar.toFile())) {
            for (ZipEntry entry : adapter.stream()
                    .filter(file -> file.getName().endsWith(".jar"))
                    .toList()) {
                Path jar = directory.resolve(Path.of(entry.getName()).getFileName());
                try (InputStream bytes = adapter.getInputStream(entry)) {
                    Files.copy(bytes, jar);
                }
                path.add(jar.toString());
            }
        }
        return path;
    }
}
