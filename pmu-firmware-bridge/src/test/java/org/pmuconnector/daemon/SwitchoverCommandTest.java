package org.pmuconnector.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pmuconnector.daemon.PmuRun.pmu;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Watch;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.model.UnitAddress;

/** An administrator makes another instance the primary, or tries to. */
class SwitchoverCommandTest {

    @TempDir
    Path folder;

    @Test
    void switchover_orTakeover_thatCannotBe_saysWhy() throws Exception {
        String address = "embedded:" + folder.resolve("unit");
        assertThat(pmu("format", folder.resolve("unit"), "--size", "16m").exitCode())
                .isZero();
        assertThat(pmu("switchover", address, "orders").err()).contains("PMU-301");
        try (EmbeddedFabric fabric = new EmbeddedFabric(UnitAddress.parse(address));
                UnitClient primary = UnitClient.session(fabric, "a", 1)) {
            primary.call(Request.newBuilder()
                    .setCreateRegion(
                            CreateRegion.newBuilder().setRegion("orders").setSizeBytes(1 << 20)));
            assertThat(pmu("switchover", address, "orders").err()).contains("PMU-401", "never claimed");
            primary.claim("orders", 0);
            assertThat(pmu("switchover", address, "orders").err()).contains("PMU-408", "no instance but a");
            assertThat(pmu("takeover", address, "orders", "--force", "--to", "b")
                            .err())
                    .contains("PMU-408", "'b'");
            assertThat(pmu("takeover", address, "orders").err()).contains("--force");
            try (UnitClient standby = UnitClient.session(fabric, "b", 2)) {
                standby.call(Request.newBuilder()
                        .setWatch(Watch.newBuilder().setRegion("orders").setPriority(7)));
                assertThat(pmu("regions", address).out()).contains("b:7");
                PmuRun waited = pmu("takeover", address, "orders", "--force", "--wait-millis", "1");
                assertThat(waited.err()).contains("no new primary", "taken from a by an administrator");
            }
        }
    }
}
