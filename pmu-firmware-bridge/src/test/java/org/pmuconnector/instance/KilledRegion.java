package org.pmuconnector.instance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCategory;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/** A region that is written until its unit is gone, and then compared with what was acknowledged. One thread at a time. */
final class KilledRegion {

    private static final long REGION_BYTES = 512 << 10;
    private static final int LONGEST_PAYLOAD = 6000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Region region;
    private final Random random;
    private final Semaphore acknowledgements;
    private final List<String> wrong = new ArrayList<>();

    /** What was acknowledged, and what else there may be if the step under way was done. */
    private List<String> sets = new ArrayList<>();

    private List<String> perhaps;
    private int steps;

    KilledRegion(Instance instance, String name, PersistenceLevel level, long seed, Semaphore acknowledgements)
            throws PmuException {
        this.region = instance.region(new RegionSettings(name, true, REGION_BYTES, 0, level, Retention.BASE));
        this.random = new Random(seed);
        this.acknowledgements = acknowledgements;
    }

    /** What should not be, for a person. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    private synchronized void wrong(String what) {
        wrong.add("region " + region.name() + ": " + what);
    }

    /** Connects, compares, and writes as long as the unit answers. */
    void writeUntilItFails() {
        try (RegionConnection connection = connectWhenUp()) {
            compare(connection);
            while (wrong().isEmpty() && step(connection)) {
                acknowledgements.release();
            }
        } catch (PmuException e) {
            // The unit may be gone before the first step. What was acknowledged is compared the next time.
            failed(e);
        } catch (InterruptedException | RuntimeException | Error e) {
            wrong(e.toString());
        }
    }

    /** A unit that is killed is gone, and that is all. */
    private void failed(PmuException e) {
        if (e.code().category() != ErrorCategory.RETRY) {
            wrong(e.code() + " " + e.getMessage());
        }
    }

    /** Connects and compares. */
    void verify() throws InterruptedException {
        try (RegionConnection connection = connectWhenUp()) {
            compare(connection);
        } catch (PmuException e) {
            wrong(e.code() + " " + e.getMessage());
        }
    }

    private RegionConnection connectWhenUp() throws PmuException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            long seen = region.changes();
            try {
                return region.connect(null);
            } catch (PmuException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            region.awaitChange(seen, Duration.ofMillis(10));
        }
    }

    private void compare(RegionConnection connection) throws PmuException {
        List<String> found = new ArrayList<>();
        for (CommittedSet set : connection.recover()) {
            found.add(UnitImage.word(set));
        }
        if (!found.equals(sets) && !found.equals(perhaps)) {
            wrong("acknowledged " + sets + ", perhaps " + perhaps + ", found " + found);
        }
        sets = found;
        perhaps = null;
    }

    /** True if it was acknowledged. */
    private boolean step(RegionConnection connection) {
        boolean base = random.nextInt(20) == 0 || sets.size() > 40;
        List<PendingSet> pending = new ArrayList<>();
        List<String> after = base ? new ArrayList<>() : new ArrayList<>(sets);
        int count = base ? 1 : 1 + random.nextInt(3);
        try {
            for (int i = 0; i < count; i++) {
                String name = "s" + steps++;
                byte[] payload = CrashWorkload.payload(name, name.length() + 1 + random.nextInt(LONGEST_PAYLOAD));
                pending.add(
                        base
                                ? PendingSet.baseOfAll(payload, 1, connection.committedSequence())
                                : PendingSet.update(payload, 1));
                after.add(base ? "base:" + name : name);
            }
            connection.commit(pending);
        } catch (PmuException e) {
            if (e.durability() != Durability.NOT_WRITTEN) {
                perhaps = after;
            }
            failed(e);
            return false;
        }
        sets = after;
        return true;
    }
}
