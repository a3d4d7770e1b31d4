package org.pmuconnector.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where the tests on RDMA devices run, there is the one that they are told of, and the door to it opens. */
@Tag("rdma")
class RdmaDeviceTest {

    @Test
    void requireDevice_whereThereIsOne_findsIt() throws Exception {
        VerbsProvider provider = VerbsProvider.get();

        provider.requireDevice();

        assertThat(new File("/sys/class/infiniband").list()).containsExactly(System.getProperty("rdma.device") + "0");
    }
}
