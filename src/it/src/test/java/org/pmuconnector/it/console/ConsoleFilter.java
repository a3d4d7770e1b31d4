package org.pmuconnector.it.console;

import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Leaves the test of the console out where no browser is installed: the build installs nothing on whoever's machine it runs
 * on. {@code -Dconsole=} decides: {@code auto} so, {@code required} never leaves it out, {@code off} always does.
 */
public final class ConsoleFilter implements PostDiscoveryFilter {

    /** The tag of the tests that need a browser. */
    static final String TAG = "console";

    private static boolean decided;
    private static boolean included;

    @Override
    public FilterResult apply(TestDescriptor test) {
        if (!test.getTags().contains(TestTag.create(TAG)) || isIncluded()) {
            return FilterResult.included("needs nothing that is missing");
        }
        return FilterResult.excluded("there is no browser");
    }

    private static synchronized boolean isIncluded() {
        if (!decided) {
            included = decide(System.getProperty("console", "auto"));
            decided = true;
        }
        return included;
    }

    private static boolean decide(String choice) {
        return switch (choice) {
            case "required" -> true;
            case "off" -> false;
            case "auto" -> isInstalled();
            default -> throw new IllegalArgumentException("console is auto, required or off, and not '" + choice + "'");
        };
    }

    private static boolean isInstalled() {
        if (Chromium.installed().isPresent()) {
            return true;
        }
        System.out.println("Without the test of Payara Server's console: " + Chromium.MISSING);
        return false;
    }
}
