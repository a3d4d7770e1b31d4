package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.pmu.ManualClock;

/** An instance never believes in its lease for longer than the unit does. */
class SessionLeaseTest extends InstanceFixture {

    private static final int LEASE_MILLIS = 3000;

    private final ManualClock clock = new ManualClock();

    @Test
    void lease_answerToHelloIsLate_beganWhenItWasAskedFor() throws Exception {
        try (FaultyFabric fabric = new FaultyFabric(new EmbeddedFabric(address));
                Instance instance = instance(fabric)) {
            fabric.behindNext(request -> true, () -> clock.advanceMillis(LEASE_MILLIS - 1));

            instance.session().step();

            assertThat(instance.session().isLive()).isTrue();
            clock.advanceMillis(1);
            assertThat(instance.session().isLive()).isFalse();
        }
    }

    @Test
    void lease_answerToHeartbeatIsLate_beganWhenItWasAskedFor() throws Exception {
        try (FaultyFabric fabric = new FaultyFabric(new EmbeddedFabric(address));
                Instance instance = instance(fabric)) {
            instance.session().step();
            clock.advanceMillis(LEASE_MILLIS / 2);
            fabric.behindNext(request -> true, () -> clock.advanceMillis(LEASE_MILLIS - 1));

            instance.session().step();

            assertThat(instance.session().isLive()).isTrue();
            clock.advanceMillis(1);
            assertThat(instance.session().isLive()).isFalse();
        }
    }

    private Instance instance(FaultyFabric fabric) {
        Duration timeout = Duration.ofSeconds(60);
        return new Instance(
                new InstanceSettings("a", timeout, timeout),
                fabric,
                new Environment(clock, InstantSource.system(), new SecureRandom(), Monitor::ofThreads));
    }
}
