package org.pmuconnector.pmu.manager;

import java.util.UUID;
import org.pmuconnector.model.PersistenceLevel;

/**
 * What a connection is told when it has said what it is for.
 *
 * @param unitId drawn when the unit was formatted
 * @param bootNumber a new one means that all keys and sessions of before are gone
 * @param connectionId of this connection; never used twice
 * @param leaseMillis within which a session must be heard of
 * @param highestLevel that the unit's memory can promise
 */
public record Greeting(
        UUID unitId, long bootNumber, long connectionId, int leaseMillis, PersistenceLevel highestLevel) {}
