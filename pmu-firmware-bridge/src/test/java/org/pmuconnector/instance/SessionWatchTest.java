package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.ManualClock;

/** What an instance's session is told of its regions, with nobody's thread running but the test's. */
class SessionWatchTest extends InstanceFixture {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private FaultyFabric fabric;
    private Instance instance;
    private Region region;

    @BeforeEach
    void begin() throws Exception {
        fabric = keep(new FaultyFabric(new EmbeddedFabric(address)));
        instance = keep(new Instance(
                new InstanceSettings("a", TIMEOUT, TIMEOUT),
                fabric,
                new Environment(new ManualClock(), InstantSource.system(), new SecureRandom(), Monitor::ofThreads)));
        region = instance.region(RunningInstance.settings("orders", REGION_BYTES, Retention.BASE));
        instance.session().step();
    }

    @Test
    void takeover_sessionHasNotToldOfTheRegion_primaryIsToldWhenItsTermIsValid() throws Exception {
        RecordingListener listener = new RecordingListener();
        RegionReplica replica = region.replica(
                RunningReplica.settings(Role.AUTO, null, Resume.BASE, DeliverySettings.ONE_BY_ONE), listener);

        replica.step();
        replica.step();
        replica.step();
        assertThat(replica.role()).isEqualTo(RegionRole.PROMOTING);
        assertThat(listener.calls()).isEmpty();

        instance.session().step();
        replica.step();
        assertThat(listener.calls()).containsExactly("primary:1");
        assertThat(listener.term().isValid()).isTrue();
    }

    @Test
    void watch_refusedWhileTheRegionIsMade_isAskedForAgain() throws Exception {
        instance.session().watch("orders", 1);
        fabric.behindNext(Request::hasWatch, this::makeRegion);

        instance.session().step();
        instance.session().step();

        assertThat(region.isInformed()).isTrue();
    }

    private void makeRegion() {
        try {
            keep(region.connect(null));
        } catch (PmuException e) {
            throw new AssertionError(e);
        }
    }
}
