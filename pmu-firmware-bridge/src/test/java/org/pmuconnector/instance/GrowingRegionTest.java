package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.GrowRegion;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;

/** A region that grows while it is in use. */
class GrowingRegionTest {

    private static final long REGION_BYTES = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void grow_whileItsPrimaryAppends_whatWasAcknowledgedStaysAndThePrimaryComesBack() throws Exception {
        Path path = directory.resolve("unit");
        Unit.format(path, 32 << 20);
        UnitAddress address = UnitAddress.parse("embedded:" + path);
        try (RunningInstance a = new RunningInstance("a", new EmbeddedFabric(address));
                EmbeddedFabric tools = new EmbeddedFabric(address);
                UnitClient tool = UnitClient.tool(tools)) {
            Region region = a.region("orders", REGION_BYTES);
            try (RunningReplica replica = new RunningReplica(region, Role.AUTO)) {
                replica.listener.awaitCall("primary:1");
                List<String> acknowledged = new ArrayList<>();
                // More than the small ring holds: several laps of it, with bases in between.
                append(region, acknowledged, 0, 3000);
                tool.call(Request.newBuilder()
                        .setGrowRegion(
                                GrowRegion.newBuilder().setRegion("orders").setSizeBytes(3 * REGION_BYTES)));
                append(region, acknowledged, 3000, 9000);

                RegionState state = tool.region("orders");
                assertThat(state.getSizeBytes()).isEqualTo(3 * REGION_BYTES);
                replica.listener.await(calls -> calls.contains("fenced:1") && calls.contains("primary:3"));
                assertThat(texts(region)).containsExactlyElementsOf(acknowledged);
            }
        }
    }

    /** Appends until all are acknowledged, with a base in place of every thousand. */
    private static void append(Region region, List<String> acknowledged, int from, int to) throws Exception {
        RegionConnection connection = region.connect(null);
        int number = from;
        while (number < to) {
            String text = "set " + number + " " + "x".repeat(400);
            try {
                if (!connection.isOpen()) {
                    connection.close();
                    connection = region.connect(null);
                }
                boolean base = number % 1000 == 999;
                PendingSet set = base
                        ? PendingSet.base(text.getBytes(UTF_8), 0, connection.committedSequence())
                        : PendingSet.update(text.getBytes(UTF_8), 0);
                connection.commit(List.of(set));
                if (base) {
                    acknowledged.clear();
                }
                acknowledged.add(text);
                number++;
            } catch (PmuException e) {
                // Fenced, or not primary until it has come back: nothing was written, and it is tried again.
                assertThat(e.durability()).as(e.toString()).isEqualTo(Durability.NOT_WRITTEN);
            }
        }
        connection.close();
    }

    private static List<String> texts(Region region) throws PmuException {
        try (RegionConnection reader = region.connect(null)) {
            List<CommittedSet> sets = reader.recover();
            return sets.stream().map(set -> new String(set.payload(), UTF_8)).toList();
        }
    }
}
