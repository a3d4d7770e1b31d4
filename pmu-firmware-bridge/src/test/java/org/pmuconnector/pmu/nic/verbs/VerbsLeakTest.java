package org.pmuconnector.pmu.nic.verbs;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.verbs.LeakCheck;

/** Nothing is left of connections of either end of the transport: {@code -Drdma.cycles=N}. */
@Tag("rdma")
class VerbsLeakTest {

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void connections_openedUsedAndClosed_leaveNothing() throws Exception {
        LeakCheck.assertNothingIsLeft(
                TransportCycles.class,
                Integer.getInteger("rdma.cycles"),
                folder.resolve("unit").toString());
    }
}
