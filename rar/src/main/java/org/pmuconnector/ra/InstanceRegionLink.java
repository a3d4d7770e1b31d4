package org.pmuconnector.ra;

import java.util.List;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.PmuException;

/** A data connection of the instance's. */
final class InstanceRegionLink implements RegionLink {

    private final RegionConnection connection;

    InstanceRegionLink(RegionConnection connection) {
        this.connection = connection;
    }

    @Override
    public void commit(List<PendingSet> sets) throws PmuException {
        connection.commit(sets);
    }

    @Override
    public void prepare(BranchId branch, List<PendingSet> sets) throws PmuException {
        connection.prepare(branch, sets);
    }

    @Override
    public void commitPrepared(BranchId branch) throws PmuException {
        connection.commitPrepared(branch);
    }

    @Override
    public void rollbackPrepared(BranchId branch) throws PmuException {
        connection.rollbackPrepared(branch);
    }

    @Override
    public void forget(BranchId branch) throws PmuException {
        connection.forget(branch);
    }

    @Override
    public List<BranchId> inDoubt() throws PmuException {
        return connection.inDoubt();
    }

    @Override
    public List<CommittedSet> recover() throws PmuException {
        return connection.recover();
    }

    @Override
    public List<CommittedSet> poll(int maxSets) throws PmuException {
        return connection.poll(maxSets);
    }

    @Override
    public void rewind() {
        connection.rewind();
    }

    @Override
    public void checkWrite(PendingSet set, long payloadBytesBefore) throws PmuException {
        connection.checkWrite(set, payloadBytesBefore);
    }

    @Override
    public CursorMove clearing(long throughSequence) throws PmuException {
        return connection.clearing(throughSequence);
    }

    @Override
    public void clear(CursorMove move) throws PmuException {
        connection.clear(move);
    }

    @Override
    public void prepareClear(BranchId branch, CursorMove move) throws PmuException {
        connection.prepareClear(branch, move);
    }

    @Override
    public void settleClear(BranchId branch, boolean commit) throws PmuException {
        connection.settleClear(branch, commit);
    }

    @Override
    public long committedSequence() throws PmuException {
        return connection.committedSequence();
    }

    @Override
    public void validate() throws PmuException {
        connection.validate();
    }

    @Override
    public boolean isOpen() {
        return connection.isOpen();
    }

    @Override
    public boolean isSessionLive() {
        return connection.isSessionLive();
    }

    @Override
    public void close() {
        connection.close();
    }
}
