package org.pmuconnector.it.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.pmuconnector.it.OptionalTests;

/** Leaves the tests in virtual machines out where none has been prepared, or as {@code -Drdma.vm=} says. */
public final class RdmaVmFilter extends OptionalTests {

    /** The tag of the tests that need a virtual machine. */
    static final String TAG = "rdma-vm";

    /** Called by JUnit. */
    public RdmaVmFilter() {
        super(TAG, "rdma.vm", "no virtual machine has been prepared");
    }

    @Override
    protected boolean isEverythingThere() {
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
