package org.pmuconnector.ra.job;

import java.util.concurrent.TimeUnit;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.ErrorCategory;
import org.pmuconnector.ra.PmuConnector;

/** Connects as a program does that may be started before its unit, or on a machine that is slow to begin with. */
final class PatientConnect {

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private PatientConnect() {}

    /** {@code UNIT REGION USER PASSWORD}. */
    static CheckpointConnection connect(String[] arguments) throws CheckpointException {
        long began = System.nanoTime();
        while (true) {
            try {
                return PmuConnector.connect(arguments[0], arguments[1], arguments[2], arguments[3]);
            } catch (CheckpointException e) {
                if (e.category() != ErrorCategory.RETRY || System.nanoTime() - began > PATIENCE_NANOS) {
                    throw e;
                }
                System.err.println("not connected yet: " + e.getMessage());
            }
        }
    }
}
