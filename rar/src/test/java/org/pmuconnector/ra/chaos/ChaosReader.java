package org.pmuconnector.ra.chaos;

import java.nio.file.Path;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.ra.PmuResourceAdapter;

/** Reads all that is needed to rebuild the state, and writes down what it was. */
public final class ChaosReader {

    private ChaosReader() {}

    /** {@code UNIT USER PASSWORD INSTANCE HISTORY}. */
    public static void main(String[] arguments) throws Exception {
        PmuResourceAdapter adapter = ChaosRegion.adapter(arguments[0], arguments[1], arguments[2], arguments[3]);
        try (HistoryFile history = new HistoryFile(Path.of(arguments[4]));
                CheckpointConnection connection = ChaosRegion.factory(adapter).getConnection()) {
            for (Checkpoint set : connection.recover()) {
                history.delivered(set);
            }
            history.quiet();
        }
        adapter.stop();
        System.exit(0);
    }
}
