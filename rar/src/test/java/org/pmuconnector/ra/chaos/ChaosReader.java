package org.pmuconnector.ra.chaos;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.ErrorCategory;

/** Reads all that is needed to rebuild the state, and writes down what it was. */
public final class ChaosReader {

    private static final long OPERATION_TIMEOUT_MILLIS = 5_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(45);

    private ChaosReader() {}

    /** {@code UNIT USER PASSWORD INSTANCE HISTORY}. Ends with 0 if it could. */
    public static void main(String[] arguments) {
        try (HistoryFile history = new HistoryFile(Path.of(arguments[4]))) {
            CheckpointConnectionFactory factory = (CheckpointConnectionFactory) ChaosRegion.factory(ChaosRegion.adapter(
                            arguments[0], arguments[1], arguments[2], arguments[3], OPERATION_TIMEOUT_MILLIS))
                    .createConnectionFactory();
            read(factory).forEach(history::delivered);
            System.exit(0);
        } catch (Exception e) {
            // Not thrown on: the adapter's threads would keep the process.
            e.printStackTrace();
            System.exit(1);
        }
    }

    /** A machine may be so busy that it takes more than one try. */
    private static List<Checkpoint> read(CheckpointConnectionFactory factory) throws CheckpointException {
        long began = System.nanoTime();
        while (true) {
            try (CheckpointConnection connection = factory.getConnection()) {
                return connection.recover();
            } catch (CheckpointException e) {
                if (e.category() != ErrorCategory.RETRY || System.nanoTime() - began > PATIENCE_NANOS) {
                    throw e;
                }
            }
        }
    }
}
