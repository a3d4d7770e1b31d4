package org.pmuconnector.pmu.manager;

import java.util.UUID;
import org.pmuconnector.model.PersistenceLevel;

/**
 * All that there is to know of a running unit at one moment.
 *
 * @param unitId drawn when it was formatted
 * @param bootNumber how often it was started
 * @param sizeBytes of the whole unit
 * @param freeBytes that no region has
 * @param formatVersion of what is in its memory
 * @param uptimeMillis since it was started
 * @param connections open now
 * @param boundKeys keys that are good now
 * @param regions that there are
 * @param highestLevel that the memory can promise
 * @param memory the kind of memory, for a person
 */
public record UnitStatus(
        UUID unitId,
        long bootNumber,
        long sizeBytes,
        long freeBytes,
        int formatVersion,
        long uptimeMillis,
        int connections,
        int boundKeys,
        int regions,
        PersistenceLevel highestLevel,
        String memory) {}
