package org.pmuconnector.ra;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.pmuconnector.pmu.Unit;

/** A new unit in a file for each test, to be used in this process. */
public final class EmbeddedUnit implements BeforeEachCallback {

    private static final long SIZE_BYTES = 256L << 20;

    private Path path;

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        Path folder = java.nio.file.Files.createTempDirectory("unit");
        folder.toFile().deleteOnExit();
        path = folder.resolve("unit0");
        Unit.format(path, SIZE_BYTES);
        path.toFile().deleteOnExit();
        path.resolveSibling("unit0.key").toFile().deleteOnExit();
        path.resolveSibling("unit0.owner").toFile().deleteOnExit();
    }

    public Path path() {
        return path;
    }

    public String address() {
        return "embedded:" + path;
    }
}
