package org.pmuconnector.ra;

import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ManagedConnection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** A managed connection's listeners, in most servers its pool. Safe for use by many threads; called without a lock. */
final class ConnectionEvents {

    private final ManagedConnection source;
    private final List<ConnectionEventListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean errorFired = new AtomicBoolean();

    ConnectionEvents(ManagedConnection source) {
        this.source = source;
    }

    void add(ConnectionEventListener listener) {
        listeners.add(listener);
    }

    void remove(ConnectionEventListener listener) {
        listeners.remove(listener);
    }

    /** Tells every listener, with the handle concerned. */
    void fire(int eventId, Object handle) {
        ConnectionEvent event = new ConnectionEvent(source, eventId);
        event.setConnectionHandle(handle);
        for (ConnectionEventListener listener : listeners) {
            switch (eventId) {
                case ConnectionEvent.CONNECTION_CLOSED -> listener.connectionClosed(event);
                case ConnectionEvent.LOCAL_TRANSACTION_STARTED -> listener.localTransactionStarted(event);
                case ConnectionEvent.LOCAL_TRANSACTION_COMMITTED -> listener.localTransactionCommitted(event);
                case ConnectionEvent.LOCAL_TRANSACTION_ROLLEDBACK -> listener.localTransactionRolledback(event);
                default -> throw new IllegalArgumentException("event " + eventId);
            }
        }
    }

    /** Whether the listeners have been told that the managed connection is of no more use. */
    boolean errorFired() {
        return errorFired.get();
    }

    /** Tells every listener, once, that the managed connection is of no more use. */
    void fireError(Exception cause) {
        if (errorFired.compareAndSet(false, true)) {
            ConnectionEvent event = new ConnectionEvent(source, ConnectionEvent.CONNECTION_ERROR_OCCURRED, cause);
            listeners.forEach(listener -> listener.connectionErrorOccurred(event));
        }
    }
}
