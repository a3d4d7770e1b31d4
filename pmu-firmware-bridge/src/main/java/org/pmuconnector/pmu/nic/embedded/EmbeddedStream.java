package org.pmuconnector.pmu.nic.embedded;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.RemoteMemory;

/**
 * One connection of the in-process transport, as the unit sees it. The initiator's thread runs the unit's code; one
 * thread at a time, except {@link #end}, {@link #isOpen} and what the unit calls.
 */
public final class EmbeddedStream {

    private final RemoteMemory memory;
    private final int queuedEvents;
    private final Consumer<EmbeddedStream> ended;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Event> events = new ArrayDeque<>();
    private String endReason = "";
    private boolean woken;
    private volatile boolean open = true;

    private volatile ControlService.ControlConnection connection;
    private long protectionDomain;

    EmbeddedStream(RemoteMemory memory, int queuedEvents, Consumer<EmbeddedStream> ended) {
        this.memory = memory;
        this.queuedEvents = queuedEvents;
        this.ended = ended;
    }

    void start(ControlService control) throws PmuException {
        connection = control.connected(new FromUnit());
        protectionDomain = connection.protectionDomain();
    }

    /** A one-sided write. */
    public void write(int key, long address, ByteBuffer source) throws ProtectionFaultException {
        memory.place(protectionDomain, key, address, source);
    }

    /** A one-sided read. */
    public void read(int key, long address, ByteBuffer sink) throws ProtectionFaultException {
        memory.fetch(protectionDomain, key, address, sink);
    }

    /** A control request. */
    public Response call(Request request) {
        return connection.handle(request);
    }

    /**
     * The next event, null if there is none in time, the connection has ended, or {@link #wakeup} was called.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public Event awaitEvent(long timeoutNanos) throws InterruptedException {
        long left = timeoutNanos;
        lock.lock();
        try {
            while (events.isEmpty() && open && !woken && left > 0) {
                left = changed.awaitNanos(left);
            }
            return woken ? null : events.poll();
        } finally {
            woken = false;
            lock.unlock();
        }
    }

    /** Makes a thread that waits for an event, or else the next one that would, return without one. */
    public void wakeup() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether neither side has ended it. */
    public boolean isOpen() {
        return open;
    }

    /** Why it has ended. */
    public String endReason() {
        lock.lock();
        try {
            return endReason;
        } finally {
            lock.unlock();
        }
    }

    /** Ends it: what was bound to it is given up when this returns. Ending twice does nothing. */
    public void end(String reason) {
        if (shut(reason)) {
            ControlService.ControlConnection ending = connection;
            if (ending != null) {
                ending.ended(reason);
            }
        }
    }

    private boolean shut(String reason) {
        lock.lock();
        try {
            if (!open) {
                return false;
            }
            open = false;
            endReason = reason;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        ended.accept(this);
        return true;
    }

    /** What the unit does to the connection. */
    private final class FromUnit implements ControlService.NicConnection {

        @Override
        public String peer() {
            return "process " + ProcessHandle.current().pid() + " (embedded)";
        }

        @Override
        public void push(Event event) {
            boolean full;
            lock.lock();
            try {
                full = events.size() >= queuedEvents;
                if (!full && open) {
                    events.add(event);
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
            if (full) {
                end("it did not take its events");
            }
        }

        @Override
        public void disconnect(String reason) {
            end(reason);
        }
    }
}
