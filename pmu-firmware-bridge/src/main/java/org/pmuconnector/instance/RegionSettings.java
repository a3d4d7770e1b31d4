package org.pmuconnector.instance;

import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.Retention;

/**
 * A region, and what it is to be like where it has to be created.
 *
 * @param name letters, digits, '.', '_' and '-', at most 128
 * @param create whether to create it where it is missing
 * @param sizeBytes its size when created
 * @param maxBaseBytes the largest state for which room is kept, when created; 0 for an eighth of the size
 * @param level its persistence level when created; null for the highest that the unit offers
 * @param retention what frees its room, when created
 */
public record RegionSettings(
        String name, boolean create, long sizeBytes, long maxBaseBytes, PersistenceLevel level, Retention retention) {}
