package org.pmuconnector.ra;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.log.RecordKind;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** A region in memory, with failures on order: the contract's rules do not depend on how the log is written. */
final class FakeLink implements RegionLink {

    /** What all links of a region see. */
    static final class Store {
        final List<CommittedSet> committed = new ArrayList<>();
        final Map<BranchId, List<PendingSet>> prepared = new LinkedHashMap<>();
        /** What an administrator has decided: whether to commit. */
        final Map<BranchId, Boolean> decided = new LinkedHashMap<>();

        final Map<BranchId, CursorMove> preparedClears = new LinkedHashMap<>();
        long cursor;
    }

    final Store store;
    final List<String> calls = new ArrayList<>();
    private final Deque<PmuException> failures = new ArrayDeque<>();
    private String failingCall;
    private ErrorCode failingCode;
    private boolean lostWithFailure;
    private boolean doneBeforeFailure;
    private boolean open = true;
    boolean sessionLive = true;
    private int read;

    FakeLink(Store store) {
        this.store = store;
    }

    /** The next operation fails, and the connection stays. */
    FakeLink failNext(ErrorCode code, Durability durability) {
        failures.add(new PmuException(code, "made to fail with " + code, durability, null));
        return this;
    }

    /** The next operation fails, and the connection is gone. */
    FakeLink loseNext(ErrorCode code, Durability durability) {
        lostWithFailure = true;
        return failNext(code, durability);
    }

    /** The next operation is done, but its answer is lost, with the connection. */
    FakeLink loseNextAnswer() {
        doneBeforeFailure = true;
        return loseNext(ErrorCode.OUTCOME_UNKNOWN, Durability.UNKNOWN);
    }

    /** The next call whose name begins so fails, and the connection stays. */
    FakeLink failAt(String beginning, ErrorCode code) {
        failingCall = beginning;
        failingCode = code;
        return this;
    }

    private void call(String name) throws PmuException {
        calls.add(name);
        if (failingCall != null && name.startsWith(failingCall)) {
            failingCall = null;
            throw new PmuException(failingCode, "made to fail with " + failingCode);
        }
        if (!open) {
            throw new PmuException(ErrorCode.CONNECTION_LOST, "the connection has ended");
        }
        if (!doneBeforeFailure) {
            failIfOrdered();
        }
    }

    private void failIfOrdered() throws PmuException {
        PmuException failure = failures.poll();
        if (failure != null) {
            open = !lostWithFailure;
            throw failure;
        }
    }

    private void done() throws PmuException {
        if (doneBeforeFailure) {
            doneBeforeFailure = false;
            failIfOrdered();
        }
    }

    @Override
    public void commit(List<PendingSet> sets) throws PmuException {
        call("commit " + sets.size());
        sets.forEach(this::add);
        done();
    }

    private void add(PendingSet set) {
        store.committed.add(new CommittedSet(
                1,
                store.committed.size() + 1L,
                0,
                set.kind() == RecordKind.BASE,
                set.coversSequence() == PendingSet.ALL,
                set.payloadVersion(),
                set.payload()));
    }

    @Override
    public void prepare(BranchId branch, List<PendingSet> sets) throws PmuException {
        call("prepare " + sets.size());
        store.prepared.put(branch, sets);
        done();
    }

    @Override
    public void commitPrepared(BranchId branch) throws PmuException {
        call("commitPrepared");
        settle(branch).forEach(this::add);
        done();
    }

    @Override
    public void rollbackPrepared(BranchId branch) throws PmuException {
        call("rollbackPrepared");
        settle(branch);
        done();
    }

    private List<PendingSet> settle(BranchId branch) throws PmuException {
        List<PendingSet> sets = store.prepared.remove(branch);
        if (sets == null) {
            throw notInDoubt(branch);
        }
        return sets;
    }

    private PmuException notInDoubt(BranchId branch) {
        Boolean committed = store.decided.get(branch);
        if (committed != null) {
            return new PmuException(
                    committed ? ErrorCode.BRANCH_COMMITTED : ErrorCode.BRANCH_ROLLED_BACK,
                    "an administrator has decided about " + branch);
        }
        return new PmuException(ErrorCode.BRANCH_UNKNOWN, branch + " is not in doubt");
    }

    @Override
    public void forget(BranchId branch) throws PmuException {
        call("forget");
        if (store.decided.remove(branch) == null) {
            throw new PmuException(ErrorCode.BRANCH_UNKNOWN, "nobody has decided about " + branch);
        }
        done();
    }

    @Override
    public List<BranchId> inDoubt() throws PmuException {
        call("inDoubt");
        List<BranchId> all = new ArrayList<>(store.prepared.keySet());
        all.addAll(store.decided.keySet());
        store.preparedClears.keySet().stream()
                .filter(branch -> !all.contains(branch))
                .forEach(all::add);
        return all;
    }

    @Override
    public List<CommittedSet> recover() throws PmuException {
        call("recover");
        read = store.committed.size();
        return List.copyOf(store.committed);
    }

    @Override
    public List<CommittedSet> poll(int maxSets) throws PmuException {
        call("poll");
        int end = Math.min(read + maxSets, store.committed.size());
        List<CommittedSet> sets = List.copyOf(store.committed.subList(read, end));
        read = end;
        return sets;
    }

    @Override
    public void rewind() {
        read = 0;
    }

    /** The longest transaction, in payload bytes. */
    static final int MAX_TRANSACTION_BYTES = 1000;

    @Override
    public void checkWrite(PendingSet set, long payloadBytesBefore) throws PmuException {
        if (payloadBytesBefore + set.payload().length > MAX_TRANSACTION_BYTES) {
            throw new PmuException(ErrorCode.PAYLOAD_TOO_LARGE, "longer than " + MAX_TRANSACTION_BYTES);
        }
    }

    @Override
    public CursorMove clearing(long throughSequence) throws PmuException {
        if (throughSequence > committedSequence()) {
            throw new PmuException(ErrorCode.BEYOND_COMMITTED, "beyond " + store.committed.size());
        }
        return new CursorMove("standby", throughSequence, 0);
    }

    @Override
    public void clear(CursorMove move) throws PmuException {
        call("clear " + move.sequence());
        store.cursor = Math.max(store.cursor, move.sequence());
        done();
    }

    @Override
    public void prepareClear(BranchId branch, CursorMove move) throws PmuException {
        call("prepareClear " + move.sequence());
        store.preparedClears.put(branch, move);
        done();
    }

    @Override
    public void settleClear(BranchId branch, boolean commit) throws PmuException {
        call("settleClear " + commit);
        CursorMove move = store.preparedClears.remove(branch);
        if (move == null) {
            throw notInDoubt(branch);
        }
        if (commit) {
            store.cursor = Math.max(store.cursor, move.sequence());
        }
        done();
    }

    @Override
    public long committedSequence() throws PmuException {
        call("committedSequence");
        return store.committed.size();
    }

    @Override
    public void validate() throws PmuException {
        call("validate");
    }

    @Override
    public boolean isSessionLive() {
        return sessionLive;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
    }
}
