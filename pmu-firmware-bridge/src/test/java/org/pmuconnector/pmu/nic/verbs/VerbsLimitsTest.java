package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.VerbsWelcome;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.verbs.VerbsUnit;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimit;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.verbs.DeviceResources;

/** More peers than there is room for, that do not say a word. */
@Tag("rdma")
class VerbsLimitsTest {

    private static final int CONNECTIONS = 2;
    private static final int REFUSALS = 16;
    private static final int HANDSHAKE_MILLIS = 8_000;
    private static final int MOST_PEERS = 200;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path folder;

    @Test
    void connections_silentAndMoreThanTheLimit_areRefusedUntilTheirTimeIsUp() throws Exception {
        Path file = folder.resolve("unit");
        Unit.format(file, 16 << 20);
        UnitLimits limits = UnitLimits.DEFAULT.with(UnitLimit.CONNECTIONS, CONNECTIONS);
        NicOptions options = NicOptions.defaults().withLimits(limits).withTimeouts(HANDSHAKE_MILLIS, HANDSHAKE_MILLIS);
        try (VerbsUnit unit = VerbsUnit.start(file, options)) {
            assertServes(unit);
            awaitNoConnection(unit);
            Map<String, Integer> resources = DeviceResources.count();
            List<Intruder> silent = new ArrayList<>();
            try {
                fill(unit, silent);
                awaitNoConnection(unit);
                // Their places are free, though they have not gone.
                assertServes(unit);
            } finally {
                silent.forEach(Intruder::close);
            }
            awaitNoConnection(unit);
            DeviceResources.await(resources);
        }
    }

    private static void assertServes(VerbsUnit unit) throws PmuException {
        try (Fabric fabric = unit.fabric();
                UnitClient good = UnitClient.tool(fabric)) {
            assertThat(good.unit().getRegions()).isZero();
        }
    }

    /** Connects until nobody is let in any more. */
    private static void fill(VerbsUnit unit, List<Intruder> silent) throws Exception {
        boolean told = false;
        while (silent.size() < MOST_PEERS) {
            try {
                silent.add(Intruder.connect(unit.nic().localAddress()));
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("REJECTED");
                assertThat(unit.nic().connectionCount()).isBetween(CONNECTIONS + 1, CONNECTIONS + REFUSALS);
                assertThat(told).isTrue();
                return;
            }
            if (!told && unit.nic().connectionCount() > CONNECTIONS) {
                // One that does speak is told why.
                VerbsWelcome welcome = silent.get(silent.size() - 1).greet(1);
                assertThat(ErrorCode.ofNumber(welcome.getStatus())).isEqualTo(ErrorCode.LIMIT_REACHED);
                assertThat(welcome.getMessage()).contains(CONNECTIONS + " connections");
                told = true;
            }
        }
        throw new AssertionError("never refused");
    }

    private static void awaitNoConnection(VerbsUnit unit) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (unit.nic().connectionCount() > 0) {
            assertThat(System.nanoTime() - deadline).isNegative();
            Thread.onSpinWait();
        }
    }
}
