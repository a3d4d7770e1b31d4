package org.pmuconnector.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.pmuconnector.benchmarks.app.Outcome;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/**
 * What a region's log has of the updates {@code THREAD:NUMBER}, held against what their writers were told.
 *
 * @param acknowledged updates whose commit returned
 * @param lost of these, those that are not in the log
 * @param unknown updates whose writer was told that it is not known whether they are in the log
 * @param unknownInLog of these, those that are
 * @param notWritten updates whose writer was told that they never will be in the log
 * @param writtenAfterAll of these, those that are
 * @param duplicated updates that are in the log more than once
 */
public record LogAudit(
        long acknowledged,
        long lost,
        long unknown,
        long unknownInLog,
        long notWritten,
        long writtenAfterAll,
        long duplicated) {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int SETS_AT_ONCE = 10_000;

    /**
     * Reads a log.
     *
     * @param outcomes a line for each thread, with a letter for each number: acknowledged, not written or unknown
     */
    static LogAudit of(String unitAddress, String region, String outcomes) throws PmuException {
        List<String> told = outcomes.lines().toList();
        List<short[]> found = new ArrayList<>();
        told.forEach(line -> found.add(new short[line.length()]));
        InstanceSettings settings = new InstanceSettings("audit", TIMEOUT, TIMEOUT);
        try (IwarpFabric fabric = new IwarpFabric(UnitAddress.parse(unitAddress), FabricOptions.defaults());
                Instance instance = Instance.of(settings, fabric)) {
            Thread session = new Thread(instance::run, "session");
            session.setDaemon(true);
            session.start();
            try (RegionConnection connection = instance.region(new RegionSettings(region, false, 0, 0, null, null))
                    .connect(null)) {
                List<CommittedSet> sets = connection.poll(SETS_AT_ONCE);
                while (!sets.isEmpty()) {
                    sets.forEach(set -> count(set, found));
                    sets = connection.poll(SETS_AT_ONCE);
                }
            }
        }
        return compare(told, found);
    }

    private static void count(CommittedSet set, List<short[]> found) {
        String update = new String(set.payload(), StandardCharsets.US_ASCII);
        int colon = update.indexOf(':');
        found.get(Integer.parseInt(update.substring(0, colon)))[Integer.parseInt(update.substring(colon + 1))]++;
    }

    private static LogAudit compare(List<String> told, List<short[]> found) {
        Map<Outcome, Tally> tallies = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            tallies.put(outcome, new Tally());
        }
        for (int thread = 0; thread < told.size(); thread++) {
            String outcomes = told.get(thread);
            for (int number = 0; number < outcomes.length(); number++) {
                tallies.get(Outcome.of(outcomes.charAt(number))).add(found.get(thread)[number]);
            }
        }
        Tally acknowledged = tallies.get(Outcome.ACKNOWLEDGED);
        Tally unknown = tallies.get(Outcome.UNKNOWN);
        Tally notWritten = tallies.get(Outcome.NOT_WRITTEN);
        return new LogAudit(
                acknowledged.updates,
                acknowledged.updates - acknowledged.inLog,
                unknown.updates,
                unknown.inLog,
                notWritten.updates,
                notWritten.inLog,
                tallies.values().stream().mapToLong(tally -> tally.repeated).sum());
    }

    /** Of the updates whose writers were told the same. */
    private static final class Tally {
        private long updates;
        private long inLog;
        private long repeated;

        void add(int timesInLog) {
            updates++;
            if (timesInLog > 0) {
                inLog++;
            }
            if (timesInLog > 1) {
                repeated++;
            }
        }
    }

    /** Whether the log has exactly what the writers were told that it has. */
    public boolean isSound() {
        return lost == 0 && writtenAfterAll == 0 && duplicated == 0;
    }
}
