package org.pmuconnector.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

class FabricsTest {

    @ParameterizedTest
    @ValueSource(strings = {"embedded:/var/lib/pmu/unit0", "iwarp://localhost:4791", "iwarps://localhost:4791"})
    void of_knownTransport_isAWayToThatAddress(String text) throws PmuException {
        UnitAddress address = UnitAddress.parse(text);
        try (Fabric fabric = Fabrics.of(address, FabricOptions.defaults())) {
            assertThat(fabric.address()).isEqualTo(address);
        }
    }

    @Test
    void of_verbsWhereTheyCannotBeUsed_namesWhatIsMissing() throws PmuException {
        // The flag that DiSNI needs is not given here, whatever else is there.
        UnitAddress address = UnitAddress.parse("verbs://localhost:4791");
        assertThatThrownBy(() -> Fabrics.of(address, FabricOptions.defaults()))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERBS_NOT_AVAILABLE))
                .hasMessageStartingWith("unit verbs://localhost:4791: RDMA verbs cannot be used: ");
    }

    @Test
    void options_outOfRange_areRefused() {
        assertThatThrownBy(() -> FabricOptions.defaults().withPollMicros(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FabricOptions.defaults().withPollMicros(1_001))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
