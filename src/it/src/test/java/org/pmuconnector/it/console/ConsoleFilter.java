package org.pmuconnector.it.console;

import org.pmuconnector.it.OptionalTests;

/** Leaves the test of the console out where no browser is installed, or as {@code -Dconsole=} says. */
public final class ConsoleFilter extends OptionalTests {

    /** The tag of the tests that need a browser. */
    static final String TAG = "console";

    /** Called by JUnit. */
    public ConsoleFilter() {
        super(TAG, "console", "there is no browser");
    }

    @Override
    protected boolean isEverythingThere() {
        boolean installed = Chromium.installed().isPresent();
        if (!installed) {
            System.out.println("Without the test of Payara Server's console: " + Chromium.MISSING);
        }
        return installed;
    }
}
