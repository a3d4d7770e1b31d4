package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.pmuconnector.log.LogModel.Set;
import org.pmuconnector.log.LogWriter.Ticket;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * A deterministic simulation of a log alone: one primary after the other, transactions of all kinds, failing connections,
 * loss of power, trimming; after each step the log must mean what the naive model says. All of it follows from the seed.
 */
final class LogSimulation {

    /** A group of the batch that is being built. */
    private record Added(Ticket ticket, LogModel.Step step) {}

    final Random random;
    final SimulatedLog log;
    final LogModel model = new LogModel();
    final boolean byBase;
    LogWriter writer;
    long clearedSequence;
    int powerLosses;

    final boolean persistent;
    private final boolean powerFails;
    private final byte[] acknowledged;
    private final BitSet meaningful = new BitSet();
    private long acknowledgedEnd;
    private final List<Added> batch = new ArrayList<>();
    private final List<BranchId> settledInBatch = new ArrayList<>();
    private int counter;

    LogSimulation(long seed) throws PmuException {
        this.random = new Random(seed);
        long capacityBytes = 64L * (64 + random.nextInt(random.nextInt(8) == 0 ? 2000 : 300));
        long extentBytes = capacityBytes;
        if (random.nextBoolean()) {
            extentBytes = LogGeometry.aligned(capacityBytes / (1 + random.nextInt(12))) + 64L * random.nextInt(3);
        }
        LogGeometry geometry = new LogGeometry(capacityBytes, Math.max(extentBytes, 512));
        this.persistent = random.nextInt(4) > 0;
        this.powerFails = persistent && random.nextBoolean();
        this.byBase = random.nextInt(3) > 0;
        this.log = new SimulatedLog(geometry, 16 + random.nextLong(capacityBytes / 4 - 15), persistent);
        this.acknowledged = new byte[(int) capacityBytes];
        makeOldBytes();
        takeOver();
    }

    /** A region is not zeroed when it is created: what was there may even be records. */
    private void makeOldBytes() throws PmuException {
        byte[] old = new byte[acknowledged.length];
        random.nextBytes(old);
        log.region.restore(old);
    }

    /** Does something, and checks everything. */
    void step() throws PmuException {
        int kind = random.nextInt(100);
        if (kind < 70) {
            transactions();
        } else if (kind < 80) {
            clearAndTrim();
        } else if (kind < 86) {
            squeeze();
        } else {
            crash();
        }
        check();
    }

    // ---- transactions

    private void transactions() throws PmuException {
        int groups = 1 + random.nextInt(5);
        for (int i = 0; i < groups; i++) {
            addRandom();
        }
        writeBatch();
        if (random.nextInt(3) == 0) {
            clearAndTrim();
        }
    }

    private void addRandom() throws PmuException {
        try {
            int kind = random.nextInt(10);
            if (kind < 6) {
                addSets(randomSets());
            } else if (kind < 8) {
                addPrepared(randomSets());
            } else {
                addRandomOutcome();
            }
        } catch (PmuException e) {
            assertThat(e.code())
                    .as(e.getMessage())
                    .isIn(
                            ErrorCode.REGION_FULL,
                            ErrorCode.PAYLOAD_TOO_LARGE,
                            ErrorCode.STALE_OVERWRITE,
                            ErrorCode.BEYOND_COMMITTED);
        }
    }

    private long committedWithBatch() {
        return batch.isEmpty()
                ? model.committed().size()
                : batch.get(batch.size() - 1).ticket.lastSequence();
    }

    private List<Set> randomSets() {
        int count = 1 + random.nextInt(3);
        List<Set> sets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean base = random.nextInt(4) == 0;
            // Where clearing frees, only bases of everything: others make a poll start anew.
            boolean explicit = byBase && random.nextInt(3) == 0;
            long covers = explicit ? random.nextLong(committedWithBatch() + 2) : -1;
            int longest = (int) log.geometry.capacityBytes() / (random.nextInt(8) == 0 ? 4 : 24);
            sets.add(new Set(text(random.nextInt(longest)), base, base ? covers : 0));
        }
        return sets;
    }

    private String text(int atLeastBytes) {
        String text = "s" + counter++ + ".";
        return text + "x".repeat(Math.max(0, atLeastBytes - text.length()));
    }

    private List<PendingSet> pending(List<Set> sets, long expected) {
        List<PendingSet> pending = new ArrayList<>();
        for (Set set : sets) {
            byte[] payload = set.text().getBytes(StandardCharsets.UTF_8);
            if (!set.base()) {
                pending.add(PendingSet.update(payload, 1));
            } else if (set.covers() < 0) {
                pending.add(PendingSet.baseOfAll(payload, 1, expected));
            } else {
                pending.add(PendingSet.base(payload, 1, set.covers()));
            }
        }
        return pending;
    }

    private void addSets(List<Set> sets) throws PmuException {
        long expected = committedWithBatch();
        Ticket ticket = writer.addSets(pending(sets, expected));
        batch.add(new Added(ticket, LogModel.commit(sets, expected)));
    }

    private void addPrepared(List<Set> sets) throws PmuException {
        if (!byBase && sets.stream().anyMatch(Set::base)) {
            return;
        }
        long expected = committedWithBatch();
        BranchId branch = SimulatedLog.branch(counter++);
        Ticket ticket = writer.addPrepared(branch, pending(sets, expected));
        batch.add(new Added(ticket, LogModel.prepare(branch, sets, expected)));
    }

    private void addRandomOutcome() throws PmuException {
        List<BranchId> open = new ArrayList<>(model.prepared().keySet());
        open.removeAll(settledInBatch);
        if (!open.isEmpty()) {
            addOutcome(open.get(random.nextInt(open.size())), random.nextBoolean());
        }
    }

    private void addOutcome(BranchId branch, boolean commit) throws PmuException {
        Ticket ticket;
        try {
            ticket = writer.addOutcome(branch, commit);
        } catch (PmuException e) {
            throw new AssertionError("no room for an outcome", e);
        }
        settledInBatch.add(branch);
        batch.add(new Added(ticket, LogModel.outcome(branch, commit)));
    }

    // ---- writing, failing, resolving

    /** Writes the batch somehow, and settles it. */
    private void writeBatch() throws PmuException {
        if (random.nextInt(4) > 0) {
            writer.write(log.region.connect());
            acknowledge();
            return;
        }
        try {
            writer.write(failing());
            acknowledge();
        } catch (PmuException e) {
            if (random.nextInt(4) == 0) {
                crash();
            } else {
                resolve();
            }
        }
    }

    private SimulatedRegion.Connection failing() {
        SimulatedRegion.Connection connection = log.region.connect();
        return switch (random.nextInt(4)) {
            case 0 -> connection.failFlush();
            case 1 -> connection.loseFlushAnswer();
            case 2 -> connection.cutAfterOperations(random.nextInt(4));
            default -> connection.cutAfterBytes(random.nextLong(2000));
        };
    }

    private void acknowledge() throws PmuException {
        writer.acknowledge();
        for (Added added : batch) {
            assertThat(added.ticket.isWritten()).isTrue();
        }
        settled();
    }

    private void resolve() throws PmuException {
        while (writer.isUndecided()) {
            try {
                writer.resolve(random.nextBoolean() ? failing() : log.region.connect());
            } catch (PmuException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
                if (random.nextInt(6) == 0) {
                    crash();
                    return;
                }
            }
        }
        settled();
    }

    /** What was written joins the model. */
    private void settled() throws PmuException {
        boolean missing = false;
        for (Added added : batch) {
            assertThat(added.ticket.isWritten() && missing).isFalse();
            missing |= !added.ticket.isWritten();
            if (!missing) {
                added.step.apply(model);
            }
        }
        batch.clear();
        settledInBatch.clear();
        remember(writer.state().endPosition());
        assertThat(writer.state().committedSequence())
                .isEqualTo(model.committed().size());
    }

    /** Keeps a copy of what has been acknowledged; what voids and fillers skip means nothing. */
    private void remember(long end) throws PmuException {
        byte[] content = log.region.content();
        LogReader reader = new LogReader(
                log.region.connect(), log.geometry, log.bounds().epochStarts(), Math.max(0, acknowledgedEnd));
        while (reader.position() < end) {
            LogGroup group = reader.next();
            long storedBytes = group.first().kind().isSkip() ? RecordFormat.HEADER_BYTES : group.lengthBytes();
            for (long at = 0; at < group.lengthBytes(); at += 64) {
                int offset = (int) log.geometry.offset(group.position() + at);
                meaningful.set(offset / 64, at < storedBytes);
                System.arraycopy(content, offset, acknowledged, offset, 64);
            }
        }
        assertThat(reader.position()).isEqualTo(end);
        acknowledgedEnd = end;
    }

    // ---- primaries

    /** The primary dies, perhaps in the middle of a batch, perhaps with the unit's power; another takes over. */
    private void crash() throws PmuException {
        if (!writer.isUndecided() && random.nextBoolean()) {
            addRandom();
            try {
                writer.write(failing());
            } catch (PmuException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
            }
        }
        if (powerFails && random.nextBoolean()) {
            losePower();
        }
        takeOver();
    }

    private void losePower() {
        powerLosses++;
        if (random.nextBoolean()) {
            log.region.losePower();
        } else {
            log.region.losePower(random);
        }
    }

    private void takeOver() throws PmuException {
        LogWriter fenced = writer;
        for (int unused = random.nextInt(3); unused > 0; unused--) {
            log.claim();
        }
        if (random.nextInt(6) == 0) {
            // Begins its epoch and dies.
            log.claimAndRead();
        }
        LogWriter next = log.claimAndRead();
        if (fenced != null && fenced.isUndecided()) {
            fenced.resolveByEpoch(next.epoch().startPosition());
        }
        writer = next;
        for (Added added : batch) {
            if (added.ticket.isWritten()) {
                added.step.apply(model);
            }
        }
        batch.clear();
        settledInBatch.clear();
        acknowledgedEnd = Math.min(acknowledgedEnd, next.epoch().startPosition());
        remember(next.epoch().startPosition());
        next.addSeal(SimulatedLog.INSTANCE);
        writeBatch();
    }

    // ---- freeing

    private void clearAndTrim() throws PmuException {
        if (!byBase && random.nextBoolean()) {
            clearedSequence += random.nextLong(model.committed().size() - clearedSequence + 1);
        }
        trim();
    }

    private boolean trim() throws PmuException {
        long target = writer.trimTarget(byBase, clearedSequence);
        if (target <= writer.trimPosition()) {
            return false;
        }
        LogWriter copying = writer;
        for (PreparedGroup group : copying.preparedBelow(target)) {
            copying.addCopy(group);
            writeBatch();
            if (copying != writer) {
                return false;
            }
        }
        if (!writer.preparedBelow(target).isEmpty()) {
            // A copy was given up.
            return false;
        }
        assertThat(target).isLessThan(writer.state().endPosition());
        log.trim(target);
        writer.trimmed(target);
        return true;
    }

    /** Fills the region, then does all that must always be possible, twice, and goes on. */
    private void squeeze() throws PmuException {
        fill();
        trimUntilDone();
        fill();
        for (int round = 0; round < 2; round++) {
            if (random.nextBoolean()) {
                crash();
            }
            List<BranchId> open = new ArrayList<>(model.prepared().keySet());
            for (BranchId branch : open) {
                if (random.nextBoolean()) {
                    untilSettled(branch);
                }
            }
            clearAll();
            overwrite();
            clearAll();
            trimUntilDone();
        }
        long sets = model.committed().size();
        while (model.committed().size() == sets) {
            addSets(List.of(new Set(text(8), false, 0)));
            writeBatch();
        }
    }

    /** Where clearing frees, only that gives back what a base took of the reserve. */
    private void clearAll() throws PmuException {
        if (!byBase) {
            clearedSequence = model.committed().size();
            trimUntilDone();
        }
    }

    private void fill() throws PmuException {
        int bytes = 1
                + random.nextInt(
                        (int) Math.min(log.geometry.capacityBytes() / 16, log.geometry.longestGroupBytes() / 2));
        try {
            while (true) {
                if (random.nextInt(5) == 0) {
                    addPrepared(List.of(new Set(text(bytes), false, 0)));
                } else {
                    addSets(List.of(new Set(text(bytes), false, 0)));
                }
                writeBatch();
            }
        } catch (PmuException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.REGION_FULL);
            writeBatch();
        }
    }

    private void untilSettled(BranchId branch) throws PmuException {
        boolean commit = random.nextBoolean();
        while (model.prepared().containsKey(branch)) {
            addOutcome(branch, commit);
            writeBatch();
        }
    }

    private void overwrite() throws PmuException {
        long largest = new LogSpace(log.geometry, log.maxBaseBytes, 0).maxBaseBytes();
        String text = text((int) largest);
        boolean fits = text.length() <= largest;
        long bases = model.committed().stream().filter(LogModel.Committed::base).count();
        while (fits
                && model.committed().stream().filter(LogModel.Committed::base).count() == bases) {
            trimUntilDone();
            try {
                addSets(List.of(new Set(text, true, -1)));
            } catch (PmuException e) {
                throw new AssertionError("no room for a base", e);
            }
            writeBatch();
        }
    }

    private void trimUntilDone() throws PmuException {
        boolean more = true;
        for (int attempt = 0; more; attempt++) {
            assertThat(attempt).as("trims in a row").isLessThan(100);
            more = trim() || writer.trimTarget(byBase, clearedSequence) > writer.trimPosition();
        }
    }

    // ---- checking

    private void check() throws PmuException {
        checkBytes();
        LogFollower follower = log.follower();
        List<String> recovered = SimulatedLog.texts(follower.recover());
        if (byBase) {
            assertThat(recovered).isEqualTo(model.recovered());
        }
        LogState state = follower.state();
        assertThat(state.committedSequence()).isEqualTo(model.committed().size());
        assertThat(state.endPosition()).isEqualTo(writer.state().endPosition());
        assertThat(state.prepared().stream().map(PreparedGroup::branch).toList())
                .containsExactlyInAnyOrderElementsOf(model.prepared().keySet());
        for (PreparedGroup group : state.prepared()) {
            List<String> texts = group.sets().stream()
                    .map(set -> new String(set.payload(), StandardCharsets.UTF_8))
                    .toList();
            assertThat(texts)
                    .isEqualTo(model.prepared().get(group.branch()).sets().stream()
                            .map(Set::text)
                            .toList());
        }
        if (!byBase) {
            LogFollower behind = log.follower();
            behind.startAfter(clearedSequence);
            assertThat(SimulatedLog.texts(behind.poll(Integer.MAX_VALUE))).isEqualTo(model.behind(clearedSequence));
        }
    }

    /** I8: nothing that is not freed is ever written over. */
    private void checkBytes() {
        byte[] content = log.region.content();
        for (long position = writer.trimPosition(); position < acknowledgedEnd; position += 64) {
            int offset = (int) log.geometry.offset(position);
            if (meaningful.get(offset / 64)
                    && !Arrays.equals(content, offset, offset + 64, acknowledged, offset, offset + 64)) {
                throw new AssertionError("acknowledged bytes at position " + position + " have changed");
            }
        }
    }
}
