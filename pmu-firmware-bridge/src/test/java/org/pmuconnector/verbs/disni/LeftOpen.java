package org.pmuconnector.verbs.disni;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Connects two ends, and leaves them and all that they are made of. */
public final class LeftOpen implements Runnable {

    /** For the class loader for verbs. */
    public LeftOpen() {}

    @Override
    @SuppressWarnings("resource") // That is what this is for.
    public void run() {
        try {
            new Listener().connect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
