package org.pmuconnector.pmu.manager;

import java.util.Map;

/**
 * What a manager has to do, at one moment and since the unit was started.
 *
 * @param regions how many there are in each role; a role without any may be missing
 * @param freeBytes that no region has
 * @param connections how many are open for each purpose; a purpose without any may be missing
 * @param connectionsEver how many have been set up since the start
 * @param boundKeys keys that are good now
 * @param epochsGranted since the start
 * @param fenceNanos from a claim's arrival to the moment from which no write under an older key could land, added up over
 *     all epochs granted
 * @param leasesExpired instances given up since the start because their session was silent
 */
public record ManagerStatistics(
        Map<Role, Integer> regions,
        long freeBytes,
        Map<Purpose, Integer> connections,
        long connectionsEver,
        int boundKeys,
        long epochsGranted,
        long fenceNanos,
        long leasesExpired) {

    /** Of a unit whose manager is elsewhere. */
    public static final ManagerStatistics NONE = new ManagerStatistics(Map.of(), 0, Map.of(), 0, 0, 0, 0, 0);

    /** Statistics that do not change any more. */
    public ManagerStatistics {
        regions = Map.copyOf(regions);
        connections = Map.copyOf(connections);
    }
}
