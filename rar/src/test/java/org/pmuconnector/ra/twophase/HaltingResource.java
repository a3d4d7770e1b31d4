package org.pmuconnector.ra.twophase;

import java.util.function.Supplier;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** A resource that ends the process, as a kill would, or holds its caller, before or after one of its steps. */
final class HaltingResource implements XAResource {

    /** What the process ends with. */
    static final int STATUS = 42;

    /** At no step. */
    static final String NEVER = "never";

    private static final String HOLD = "hold ";

    private final XAResource delegate;
    private final String name;
    private final Supplier<String> haltAt;

    /**
     * A resource in front of another one.
     *
     * @param haltAt when to end: a resource's name, and "before" or "after" "prepare" or "commit", with blanks between;
     *     after "hold", when to wait until it says something else
     */
    HaltingResource(XAResource delegate, String name, Supplier<String> haltAt) {
        this.delegate = delegate;
        this.name = name;
        this.haltAt = haltAt;
    }

    private void pass(String moment) {
        String here = name + " " + moment;
        String order = haltAt.get();
        if (order.equals(here)) {
            System.out.println("halting " + here);
            System.out.flush();
            Runtime.getRuntime().halt(STATUS);
        }
        if (order.equals(HOLD + here)) {
            System.out.println("holding " + here);
            while (haltAt.get().equals(order)) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        pass("before prepare");
        int vote = delegate.prepare(xid);
        pass("after prepare");
        return vote;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        pass("before commit");
        delegate.commit(xid, onePhase);
        pass("after commit");
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        delegate.rollback(xid);
    }

    @Override
    public void start(Xid xid, int flags) throws XAException {
        delegate.start(xid, flags);
    }

    @Override
    public void end(Xid xid, int flags) throws XAException {
        delegate.end(xid, flags);
    }

    @Override
    public Xid[] recover(int flags) throws XAException {
        return delegate.recover(flags);
    }

    @Override
    public void forget(Xid xid) throws XAException {
        delegate.forget(xid);
    }

    @Override
    public boolean isSameRM(XAResource other) throws XAException {
        return delegate.isSameRM(other instanceof HaltingResource that ? that.delegate : other);
    }

    @Override
    public int getTransactionTimeout() throws XAException {
        return delegate.getTransactionTimeout();
    }

    @Override
    public boolean setTransactionTimeout(int seconds) throws XAException {
        return delegate.setTransactionTimeout(seconds);
    }
}
