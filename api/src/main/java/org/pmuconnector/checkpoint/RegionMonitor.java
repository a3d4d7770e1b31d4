package org.pmuconnector.checkpoint;

import jakarta.resource.Referenceable;
import java.io.Serializable;

/**
 * Tells what this server knows of one region: an administered object, which an administrator or an application defines with
 * the properties {@code region} and, where it is not the resource adapter's, {@code unitAddress}. Safe for use by many
 * threads.
 */
public interface RegionMonitor extends Serializable, Referenceable {

    /**
     * What is known now. It never waits for the unit: readiness checks and status pages may ask as often as they like.
     *
     * @throws CheckpointException category RECONFIGURE if the properties are wrong, FATAL if the resource adapter is not
     *     running
     */
    RegionStatus status() throws CheckpointException;
}
