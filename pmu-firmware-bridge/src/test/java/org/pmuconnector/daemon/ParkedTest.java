package org.pmuconnector.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pmuconnector.daemon.PmuRun.pmu;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.ParkSet;
import org.pmuconnector.control.wire.ParkedSet;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Subscribe;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.model.UnitAddress;

/** An administrator looks at parked sets, and lets them go. */
class ParkedTest {

    @TempDir
    Path folder;

    @Test
    void parked_andUnpark_showAndLetGo() throws Exception {
        String address = "embedded:" + folder.resolve("unit");
        assertThat(pmu("format", folder.resolve("unit"), "--size", "16m").exitCode())
                .isZero();
        assertThat(pmu("create", address, "orders", "--size", "1m", "--retain", "cleared")
                        .err())
                .isEmpty();
        assertThat(pmu("parked", address, "orders").out()).doesNotContain("settlement");
        try (EmbeddedFabric fabric = new EmbeddedFabric(UnitAddress.parse(address));
                UnitClient instance = UnitClient.session(fabric, "a", 1)) {
            instance.call(Request.newBuilder()
                    .setSubscribe(Subscribe.newBuilder().setRegion("orders").setSubscription("settlement")));
            instance.call(Request.newBuilder()
                    .setParkSet(ParkSet.newBuilder()
                            .setRegion("orders")
                            .setSubscription("settlement")
                            .setSet(ParkedSet.newBuilder()
                                    .setSequence(17)
                                    .setReason("\u001b[2Jno such account".repeat(9)))));
        }

        assertThat(pmu("parked", address, "orders").out())
                .contains("settlement", "17", "?[2Jno such account")
                .doesNotContain("\u001b");

        assertThat(pmu("unpark", address, "orders", "settlement", "16").err()).contains("PMU-202", "not parked");
        assertThat(pmu("unpark", address, "orders", "nobody", "17").err()).contains("PMU-308");
        assertThat(pmu("unpark", address, "orders", "settlement", "17").out()).contains("not parked any more");
        assertThat(pmu("parked", address, "orders", "--json").out()).doesNotContain("settlement");
    }
}
