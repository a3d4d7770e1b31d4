package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pmuconnector.checkpoint.AccessRefusedException;
import org.pmuconnector.checkpoint.CheckpointConnection;

/** A program without a server, at a unit that lets in its users alone. */
class UserSignOnTest {

    @RegisterExtension
    private final UnitOfUsers unit = new UnitOfUsers();

    @Test
    void connect_rightPassword_writesAndReads() throws Exception {
        try (CheckpointConnection connection =
                PmuConnector.connect(unit.address(), "orders", "alice", UnitOfUsers.PASSWORD_OF_ALICE)) {
            connection.append("first".getBytes(UTF_8));
            assertThat(connection.recover()).hasSize(1);
        }
    }

    @Test
    void connect_wrongPassword_isRefusedAndDoesNotShowIt() {
        assertThatThrownBy(() -> PmuConnector.connect(unit.address(), "orders", "alice", "battery staple"))
                .isInstanceOf(AccessRefusedException.class)
                .hasMessageContaining("alice")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("battery"));
    }

    @Test
    void connect_asNobody_isRefused() {
        assertThatThrownBy(() -> PmuConnector.connect(unit.address(), "orders"))
                .isInstanceOf(AccessRefusedException.class);
    }
}
