package org.pmuconnector.it.app;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import java.util.ArrayList;
import java.util.List;

/** What the message-driven bean was told, in order. */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
public class Deliveries {

    private final List<String> lines = new ArrayList<>();
    private int failures;

    /** Notes a call. */
    public synchronized void note(String line) {
        lines.add(line);
    }

    /** Everything noted so far. */
    public synchronized List<String> all() {
        return List.copyOf(lines);
    }

    /** Makes the next so many deliveries fail. */
    public synchronized void failNext(int count) {
        failures = count;
    }

    /** Whether this delivery is to fail. */
    public synchronized boolean takeFailure() {
        if (failures == 0) {
            return false;
        }
        failures--;
        return true;
    }
}
