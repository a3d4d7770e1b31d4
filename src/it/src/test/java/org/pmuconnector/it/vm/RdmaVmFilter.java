package org.pmuconnector.it.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * Leaves the tests in virtual machines out where none has been prepared: the build takes what it needs from Maven Central,
 * and installs nothing on whoever's machine it runs on. {@code -Drdma.vm=} decides: {@code auto} so, {@code required}
 * never leaves them out, {@code off} always does.
 */
public final class RdmaVmFilter implements PostDiscoveryFilter {

    /** The tag of the tests that need a virtual machine. */
    static final String TAG = "rdma-vm";

    private static boolean decided;
    private static boolean included;

    @Override
    public FilterResult apply(TestDescriptor test) {
        if (!test.getTags().contains(TestTag.create(TAG)) || isIncluded()) {
            return FilterResult.included("needs nothing that is missing");
        }
        return FilterResult.excluded("no virtual machine has been prepared");
    }

    private static synchronized boolean isIncluded() {
        if (!decided) {
            included = decide(System.getProperty("rdma.vm", "auto"));
            decided = true;
        }
        return included;
    }

    private static boolean decide(String choice) {
        return switch (choice) {
            case "required" -> true;
            case "off" -> false;
            case "auto" -> isPrepared();
            default -> throw new IllegalArgumentException("rdma.vm is auto, required or off, and not '" + choice + "'");
        };
    }

    private static boolean isPrepared() {
        try {
            Process ready = new ProcessBuilder(RdmaVm.script(), "--ready")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(ready.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (ready.waitFor() == 0) {
                return true;
            }
            System.out.println("Without the tests on RDMA devices and of power loss: " + said);
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
