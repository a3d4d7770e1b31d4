package org.pmuconnector.it.vm;

import java.nio.file.Path;

/**
 * What became of a test that ran in a machine.
 *
 * @param name its class and method
 * @param problem the message and trace that it failed with, or why it counts as failed; null if it passed
 */
record SuiteTest(String name, String problem) {

    /** Fails as it did, and says where all output is. */
    void replay(Path output) {
        if (problem != null) {
            // The trace that matters is in the message; this one's own tells nothing.
            AssertionError failure = new AssertionError(name + ": " + problem + "\nAll output is in " + output);
            failure.setStackTrace(new StackTraceElement[0]);
            throw failure;
        }
    }
}
