package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.util.logging.LogManager;
import org.pmuconnector.daemon.Pmu;

/** The command {@code pmu} as a {@link ChildProcess}: it ends with the parent, too. */
final class PmuChild {

    private PmuChild() {}

    public static void main(String[] args) {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        Thread watch = new Thread(PmuChild::endWithParent, "parent");
        watch.setDaemon(true);
        watch.start();
        Pmu.main(args);
    }

    private static void endWithParent() {
        int status = 0;
        try {
            ChildProcess.awaitEndOfParent();
        } catch (IOException e) {
            System.err.println("the parent cannot be watched: " + e);
            status = 1;
        }
        // Takes the unit down as a signal would.
        System.exit(status);
    }
}
