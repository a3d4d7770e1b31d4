package org.pmuconnector.ra.job;

import org.pmuconnector.checkpoint.CheckpointConnection;

/** Appends numbered updates until it is killed, and prints each number once it is acknowledged. */
public final class Primary {

    private Primary() {}

    /** {@code UNIT REGION USER PASSWORD}. */
    public static void main(String[] arguments) throws Exception {
        try (CheckpointConnection connection = PatientConnect.connect(arguments)) {
            for (long number = 1; number > 0; number++) {
                connection.append(NumberedUpdate.of(number));
                System.out.println("acknowledged " + number);
            }
        }
    }
}
