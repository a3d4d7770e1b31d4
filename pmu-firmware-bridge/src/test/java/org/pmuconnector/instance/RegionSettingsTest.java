package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.RetentionPolicy;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

class RegionSettingsTest {

    private static final RegionSettings OPEN = new RegionSettings("orders", false, 0, 0, null, null);
    private static final RegionSettings ALL =
            new RegionSettings("orders", true, 1 << 20, 1 << 17, PersistenceLevel.VISIBLE, Retention.CLEARED);

    private static final RegionState STATE = RegionState.newBuilder()
            .setRegion("orders")
            .setSizeBytes(1 << 20)
            .setMaxBaseBytes(1 << 17)
            .setLevel(Level.VISIBLE)
            .setRetention(RetentionPolicy.RETAIN_CLEARED)
            .build();

    @Test
    void merged_openAndExplicit_takesWhatIsSaid() throws PmuException {
        assertThat(OPEN.merged(ALL)).isEqualTo(ALL);
        assertThat(ALL.merged(OPEN)).isEqualTo(ALL);
        assertThat(ALL.merged(ALL)).isEqualTo(ALL);
        assertThat(OPEN.merged(OPEN)).isEqualTo(OPEN);
    }

    @Test
    void merged_contradiction_isBadConfiguration() {
        RegionSettings larger = new RegionSettings("orders", true, 2 << 20, 0, null, null);

        assertThatExceptionOfType(PmuException.class)
                .isThrownBy(() -> ALL.merged(larger))
                .withMessageContainingAll("orders", "size", "1048576", "2097152")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION));
    }

    @Test
    void check_openSettings_takeTheRegionAsItIs() {
        assertThatCode(() -> OPEN.check(STATE)).doesNotThrowAnyException();
        assertThatCode(() -> ALL.check(STATE)).doesNotThrowAnyException();
    }

    @Test
    void check_sizeThatTheUnitRoundedUp_fits() {
        RegionSettings odd = new RegionSettings("orders", true, (1 << 20) - 5, 0, null, null);

        assertThatCode(() -> odd.check(STATE)).doesNotThrowAnyException();
    }

    @Test
    void check_eachPropertyThatDiffers_isARegionMismatch() {
        assertMismatch(new RegionSettings("orders", true, 2 << 20, 0, null, null), "size");
        assertMismatch(new RegionSettings("orders", true, 0, 256 * 1024, null, null), "longest base");
        assertMismatch(new RegionSettings("orders", true, 0, 0, PersistenceLevel.PERSISTENT, null), "level");
        assertMismatch(new RegionSettings("orders", true, 0, 0, null, Retention.BASE), "retention");
    }

    private static void assertMismatch(RegionSettings settings, String what) {
        assertThatExceptionOfType(PmuException.class)
                .isThrownBy(() -> settings.check(STATE))
                .withMessageContainingAll("orders", what)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.REGION_MISMATCH));
    }
}
