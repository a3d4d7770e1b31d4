package org.pmuconnector.it;

import jakarta.resource.ResourceException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.sample.demo.process.AdapterArchive;

/** What a Java process needs to use the adapter without a server. */
public final class RarClassPath {

    private RarClassPath() {}

    /**
     * The archives in the resource adapter, the interfaces that a server would bring, and the programs in the adapter's
     * test classes.
     *
     * @param directory an existing one, to unpack into
     */
    public static List<String> unpack(Path directory) throws IOException, URISyntaxException {
        Path programs = Path.of(System.getProperty("pmu.rar")).resolveSibling("test-classes");
        List<String> path = new ArrayList<>(
                List.of(programs.toAbsolutePath().normalize().toString(), placeOf(ResourceException.class)));
        path.addAll(AdapterArchive.unpack(Path.of(System.getProperty("pmu.rar")), directory));
        return path;
    }

    /** The folder or archive that a class is in. */
    public static String placeOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
