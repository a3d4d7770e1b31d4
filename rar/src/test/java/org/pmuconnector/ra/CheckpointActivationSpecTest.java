package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.spi.InvalidPropertyException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.instance.DeliverySettings;
import org.pmuconnector.instance.DeliverySettings.PoisonPolicy;
import org.pmuconnector.instance.ReplicaSettings.Resume;

/** What an activation may be configured with. */
class CheckpointActivationSpecTest {

    private final CheckpointActivationSpec spec = new CheckpointActivationSpec();

    @BeforeEach
    void name() {
        spec.setUnitAddress("embedded:unit");
        spec.setRegion("orders");
    }

    private void assertRefused(String... says) {
        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(spec::validate)
                .withMessageContainingAll(says);
    }

    @Test
    void defaults_deliverOneByOneAgainAndAgainFromTheBase() throws Exception {
        assertThat(spec.replicaSettings().delivery()).isEqualTo(DeliverySettings.ONE_BY_ONE);
        assertThat(spec.replicaSettings().resume()).isEqualTo(Resume.BASE);
    }

    @Test
    void everySetting_reachesTheReplica() throws Exception {
        spec.setSubscription("settlement");
        spec.setResume("cursor");
        spec.setMaxFetchSets(7);
        spec.setMaxBatchSets(5);
        spec.setMaxBatchWaitMillis(20L);
        spec.setMaxRedeliveries(3);
        spec.setPoisonPolicy("Park");
        spec.setRetain("CLEARED");

        assertThat(spec.replicaSettings().maxFetch()).isEqualTo(7);
        assertThat(spec.replicaSettings().resume()).isEqualTo(Resume.CURSOR);
        assertThat(spec.replicaSettings().delivery())
                .isEqualTo(new DeliverySettings(5, Duration.ofMillis(20), 3, PoisonPolicy.PARK));
    }

    @Test
    void resumeAtTheCursor_ofNoSubscription_isRefused() {
        spec.setResume("CURSOR");
        assertRefused("resume", "set subscription");
    }

    @Test
    void park_whereNothingKeepsWhatIsParked_isRefused() {
        spec.setPoisonPolicy("PARK");
        assertRefused("poisonPolicy", "set subscription");
        spec.setSubscription("settlement");
        spec.setRetain("BASE");
        assertRefused("poisonPolicy", "retain=CLEARED");
    }

    @Test
    void unknownWords_areRefused() {
        spec.setResume("END");
        assertRefused("resume", "END", "CURSOR");
        spec.setResume("");
        assertRefused("resume", "empty");
        spec.setResume("BASE");
        spec.setPoisonPolicy("DROP");
        assertRefused("poisonPolicy", "DROP", "PARK");
    }
}
