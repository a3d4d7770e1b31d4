package org.pmuconnector.pmu.nic.iwarp;

import java.util.ArrayDeque;
import java.util.Queue;
import org.pmuconnector.control.wire.Event;

/** Events on their way to one peer, up to a limit. Safe for use by many threads. */
final class EventQueue {

    private final int capacity;
    private final Queue<Event> events = new ArrayDeque<>();
    /** Lets the stream's thread look without taking the lock. */
    private volatile boolean filled;

    EventQueue(int capacity) {
        this.capacity = capacity;
    }

    /** Adds an event, unless there are as many as may wait. */
    synchronized boolean offer(Event event) {
        if (events.size() >= capacity) {
            return false;
        }
        events.add(event);
        filled = true;
        return true;
    }

    /** The oldest, or null. */
    Event poll() {
        return filled ? take() : null;
    }

    private synchronized Event take() {
        Event event = events.poll();
        filled = !events.isEmpty();
        return event;
    }
}
