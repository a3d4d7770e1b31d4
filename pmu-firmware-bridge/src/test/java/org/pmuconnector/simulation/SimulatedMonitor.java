package org.pmuconnector.simulation;

import org.pmuconnector.instance.Monitor;

/** A lock that actors hold. */
final class SimulatedMonitor implements Monitor {

    private final World world;

    /** What those wait for who want to hold it; this object is what its condition's waiters wait for. */
    private final Object free = new Object();

    private Object owner;
    private int count;

    SimulatedMonitor(World world) {
        this.world = world;
    }

    @Override
    public void lock() {
        while (!tryLock()) {
            world.waitUntil(World.FOREVER, free);
        }
    }

    @Override
    public boolean tryLock() {
        Object me = me();
        if (owner != null && owner != me) {
            return false;
        }
        owner = me;
        count++;
        return true;
    }

    /** Outside of the world one thread prepares everything. */
    private Object me() {
        Object me = world.current();
        return me == null ? World.class : me;
    }

    @Override
    public void unlock() {
        requireOwner();
        count--;
        if (count == 0) {
            owner = null;
            world.wake(free);
        }
    }

    private void requireOwner() {
        if (owner != me()) {
            throw new IllegalMonitorStateException();
        }
    }

    @Override
    public void signalAll() {
        requireOwner();
        world.wake(this);
    }

    @Override
    public long await(long nanos) {
        requireOwner();
        long until = world.nanoTime() + nanos;
        int held = count;
        count = 0;
        owner = null;
        world.wake(free);
        try {
            world.waitUntil(until, this);
        } finally {
            relock(held);
        }
        return until - world.nanoTime();
    }

    private void relock(int held) {
        lock();
        count = held;
    }

    @Override
    public void awaitUninterruptibly() {
        await(World.FOREVER / 2);
    }
}
