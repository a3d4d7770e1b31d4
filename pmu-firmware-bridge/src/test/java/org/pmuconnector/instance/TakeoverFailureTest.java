package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;

/** A standby whose connection breaks in the middle of its takeover misses nothing. */
class TakeoverFailureTest extends InstanceFixture {

    private static final Duration AFTER_THE_TEST = Duration.ofHours(1);

    @ParameterizedTest
    @EnumSource(FaultyFabric.Fault.class)
    void takeover_connectionBreaksAtTheSeal_deliversWhatItHadRead(FaultyFabric.Fault fault) throws Exception {
        RunningInstance a = instance("a");
        RegionConnection primary = a.connect("orders", REGION_BYTES);
        primary.commit(List.of(update("taken")));
        FaultyFabric fabric = new FaultyFabric(new EmbeddedFabric(address));
        RunningInstance b = keep(new RunningInstance("b", fabric));
        ReplicaSettings settings =
                new ReplicaSettings(Role.AUTO, AFTER_THE_TEST, 1, null, Resume.BASE, DeliverySettings.ONE_BY_ONE);
        RunningReplica standby = keep(new RunningReplica(b.region("orders", REGION_BYTES), settings));
        standby.listener.awaitCall("taken");
        primary.commit(List.of(update("unread")));

        fabric.failNextWrite(fault);
        primary.close();
        a.close();
        standby.listener.await(
                calls -> !calls.isEmpty() && calls.get(calls.size() - 1).startsWith("primary:"));

        List<String> calls = standby.listener.calls();
        assertThat(calls.subList(calls.lastIndexOf("reset") + 1, calls.size() - 1))
                .as("since it was told to forget all: %s", calls)
                .containsExactly("taken", "unread");
    }
}
