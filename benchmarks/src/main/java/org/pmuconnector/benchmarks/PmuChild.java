package org.pmuconnector.benchmarks;

import java.io.IOException;
import org.pmuconnector.daemon.Pmu;

/**
 * The command {@code pmu} as a {@link ChildProcess}: it ends with the parent, too. Asked for a part of a message, it answers
 * when it has logged that last.
 */
final class PmuChild {

    private PmuChild() {}

    public static void main(String[] args) {
        LogMoments moments = LogMoments.install();
        Thread watch = new Thread(() -> answerUntilEndOfParent(moments), "parent");
        watch.setDaemon(true);
        watch.start();
        Pmu.main(args);
    }

    private static void answerUntilEndOfParent(LogMoments moments) {
        int status = 0;
        try {
            ChildProcess.answerUntilEndOfParent(moments::newest);
        } catch (IOException e) {
            System.err.println("the parent cannot be watched: " + e);
            status = 1;
        }
        // Takes the unit down as a signal would.
        System.exit(status);
    }
}
