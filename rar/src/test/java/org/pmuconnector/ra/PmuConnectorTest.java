package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;

/** The non-managed mode: Connectors 6.5.2. */
class PmuConnectorTest {

    @RegisterExtension
    private final EmbeddedUnit unit = new EmbeddedUnit();

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void connect_withoutAContainer_writesReadsAndLetsGoOfTheUnit() throws Exception {
        try (CheckpointConnection writer = PmuConnector.connect(unit.address(), "orders");
                CheckpointConnection other = PmuConnector.connect(unit.address(), "orders")) {
            writer.append(bytes("a"));
            other.append(bytes("b"));
            writer.getLocalTransaction().begin();
            writer.append(bytes("c"));
            writer.append(bytes("d"));
            assertThat(other.recover()).hasSize(2);
            writer.getLocalTransaction().commit();

            assertThat(other.poll(10)).hasSize(2);
        }
        try (Unit free = Unit.open(unit.path(), UnitOptions.defaults())) {
            assertThat(free).isNotNull();
        }
        try (CheckpointConnection again = PmuConnector.connect(unit.address(), "orders")) {
            assertThat(again.recover()).hasSize(4);
        }
    }

    @Test
    void factory_configured_handsOutConnections() throws Exception {
        CheckpointConnectionFactory factory = PmuConnector.factory(unit.address(), "orders");

        try (CheckpointConnection connection = factory.getConnection()) {
            assertThat(connection.committedSequence()).isZero();
        }
    }

    @Test
    void connect_badAddress_isATypedError() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> PmuConnector.connect("nonsense", "orders"))
                .withMessageContaining("nonsense")
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.BAD_ADDRESS.text()));
    }

    @Test
    void connect_asAUser_isRefusedWhileUnitsKnowNone() {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> PmuConnector.connect(unit.address(), "orders", "alice", "secret"))
                .withMessageContaining("alice")
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED.text()));
    }
}
