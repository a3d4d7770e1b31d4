package org.pmuconnector.it.vm;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The unit tests that need an RDMA device, tagged {@code rdma}: in a machine for each kind of device, with each of their
 * results told here. Output, reports and crash files are in {@code target/rdma-suite}. {@code -Drdma.suite.classes=.*X.*}
 * chooses classes, {@code -Drdma.suite.options=-Xcheck:jni} hands options to Java.
 */
@Tag(RdmaVmFilter.TAG)
class RdmaSuiteIT {

    @TempDir
    private Path temporary;

    @TestFactory
    List<DynamicTest> suite_onRxe_passes() throws Exception {
        return run("rxe");
    }

    @TestFactory
    List<DynamicTest> suite_onSiw_passes() throws Exception {
        return run("siw");
    }

    private List<DynamicTest> run(String device) throws Exception {
        Path module = Path.of(System.getProperty("rdma.suite.module")).normalize();
        SuiteRun run = new SuiteRun(device, module, Path.of(System.getProperty("rdma.suite.workDirectory"), device));
        List<SuiteTest> tests = run.run(temporary);
        System.out.println("RDMA suite on " + device + ": " + tests.size() + " tests, "
                + tests.stream().filter(test -> test.problem() != null).count() + " failed, in " + run.millis()
                + " ms");
        return tests.stream()
                .map(test -> DynamicTest.dynamicTest(device + "/" + test.name(), () -> test.replay(run.output())))
                .toList();
    }
}
