package org.pmuconnector.sample.demo.process;

import java.io.IOException;

/** A process did not start, ended early or did not become ready in time; the message ends with its last output. */
public class ProcessFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    /** @param message which process, what happened, what it printed last */
    public ProcessFailedException(String message) {
        super(message);
    }
}
