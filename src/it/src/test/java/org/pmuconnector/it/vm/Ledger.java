package org.pmuconnector.it.vm;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.ErrorCategory;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.scram.Credentials;

/**
 * A region that several writers commit numbered groups to, at level {@code PERSISTENT}. The instance is always of the same
 * name: it may return to its region after the unit's restart. Uses nothing of a test framework, so that it can run inside a
 * machine.
 */
final class Ledger implements AutoCloseable {

    /** How many write. */
    static final int WRITERS = 2;

    /** How long one operation may take. */
    static final Duration OPERATION_PATIENCE = Duration.ofSeconds(60);

    /** User and password, and the instance's name. */
    static final String NAME = "power-loss";

    private static final long REGION_BYTES = 256L << 20;

    private final Instance instance;
    private final Thread session;
    private final Region region;

    Ledger(String address) throws Exception {
        instance = Instance.of(
                new InstanceSettings(NAME, OPERATION_PATIENCE, OPERATION_PATIENCE, Credentials.of(NAME, NAME)),
                Fabrics.of(UnitAddress.parse(address), FabricOptions.defaults()));
        session = new Thread(instance::run, "power-loss-session");
        session.setDaemon(true);
        session.start();
        region = instance.region(
                new RegionSettings("ledger", true, REGION_BYTES, 0, PersistenceLevel.PERSISTENT, Retention.BASE));
    }

    /** The region. */
    Region region() {
        return region;
    }

    /**
     * After its start a unit waits for the primary that it had; that one is gone, and this instance may follow it. On a
     * busy host the unit may also be too slow to begin with for the time that it gives a new connection.
     */
    void awaitPrimary(Duration patience) throws PmuException {
        long deadline = System.nanoTime() + patience.toNanos();
        PendingSet any = PendingSet.update(new byte[1], 1);
        while (true) {
            try (RegionConnection connection = region.connect(null)) {
                connection.checkWrite(any, 0);
                return;
            } catch (PmuException e) {
                if (e.code().category() != ErrorCategory.RETRY || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    /**
     * What a ledger holds.
     *
     * @param sets of all groups
     * @param groups how many of each writer
     */
    record Contents(int sets, List<Long> groups) {}

    /**
     * Reads all that is there.
     *
     * @throws IllegalStateException if a group is torn, out of order, or not as it was written
     */
    Contents read(long seed) throws PmuException {
        List<CommittedSet> sets;
        try (RegionConnection connection = region.connect(null)) {
            sets = connection.recover();
        }
        Long[] groups = new Long[WRITERS];
        Arrays.fill(groups, 0L);
        int at = 0;
        while (at < sets.size()) {
            NumberedGroup group = NumberedGroup.of(sets.get(at).payload());
            long expected = ++groups[group.writer()];
            require(group.number() == expected, sets.get(at), group + " is there instead of number " + expected);
            for (byte[] payload : group.payloads(seed)) {
                require(at < sets.size(), sets.get(sets.size() - 1), group + " ends there, and is not whole");
                CommittedSet set = sets.get(at);
                require(set.sequence() == at + 1L, set, "it is the set after " + at + " others");
                require(Arrays.equals(set.payload(), payload), set, "it is not as " + group + " was written");
                at++;
            }
        }
        return new Contents(sets.size(), List.of(groups));
    }

    private static void require(boolean well, CommittedSet set, String otherwise) {
        if (!well) {
            throw new IllegalStateException("at sequence " + set.sequence() + ": " + otherwise);
        }
    }

    @Override
    public void close() {
        instance.close();
        session.interrupt();
    }
}
