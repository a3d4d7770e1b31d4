package org.pmuconnector.ra.job;

import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.ra.PmuConnector;

/** Appends numbered updates until it is killed, and prints each number once it is acknowledged. */
public final class Primary {

    private Primary() {}

    /** {@code UNIT REGION USER PASSWORD}. */
    public static void main(String[] arguments) throws Exception {
        try (CheckpointConnection connection =
                PmuConnector.connect(arguments[0], arguments[1], arguments[2], arguments[3])) {
            for (long number = 1; number > 0; number++) {
                connection.append(NumberedUpdate.of(number));
                System.out.println("acknowledged " + number);
            }
        }
    }
}
