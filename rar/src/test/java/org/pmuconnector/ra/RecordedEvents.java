package org.pmuconnector.ra;

import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import java.util.ArrayList;
import java.util.List;

/** A pool that only takes notes. */
public class RecordedEvents implements ConnectionEventListener {

    final List<Integer> ids = new ArrayList<>();
    ConnectionEvent last;

    /** Of what it was told, in order. */
    public List<Integer> ids() {
        return ids;
    }

    /** What it was told last. */
    public ConnectionEvent last() {
        return last;
    }

    private void note(ConnectionEvent event) {
        ids.add(event.getId());
        last = event;
    }

    @Override
    public void connectionClosed(ConnectionEvent event) {
        note(event);
    }

    @Override
    public void localTransactionStarted(ConnectionEvent event) {
        note(event);
    }

    @Override
    public void localTransactionCommitted(ConnectionEvent event) {
        note(event);
    }

    @Override
    public void localTransactionRolledback(ConnectionEvent event) {
        note(event);
    }

    @Override
    public void connectionErrorOccurred(ConnectionEvent event) {
        note(event);
    }
}
