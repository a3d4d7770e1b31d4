package org.pmuconnector.it.desk;

import jakarta.ejb.Singleton;

/** What the message-driven bean was told. */
@Singleton
public class Counters {

    private int recovered;
    private boolean open;

    /** A set came. */
    public void recovered() {
        recovered++;
    }

    /** Everything has to come again. */
    public void reset() {
        recovered = 0;
        open = false;
    }

    /** This server is the primary. */
    public void opened() {
        open = true;
    }

    /** How many sets had come when this server became the primary; -1 before. */
    public int recoveredWhenOpen() {
        return open ? recovered : -1;
    }
}
