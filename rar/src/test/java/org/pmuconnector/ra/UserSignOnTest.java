package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.checkpoint.AccessRefusedException;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.UnitTicker;
import org.pmuconnector.pmu.manager.AnonymousAccess;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.ScramVerifier;

/** A program without a server, at a unit that lets in its users alone. */
class UserSignOnTest {

    @TempDir
    Path folder;

    private Unit unit;
    private UnitTicker ticker;
    private IwarpNic nic;
    private String address;

    @BeforeEach
    void serve() throws Exception {
        Path path = folder.resolve("unit");
        Unit.format(path, 128 << 20);
        ScramVerifier verifier = ScramVerifier.of(
                Credentials.of("alice", "correct horse"), ScramVerifier.FEWEST_ITERATIONS, new SecureRandom());
        new UsersFile(path).change(users -> users.with(new User("alice", verifier, Set.of(UserRole.CREATE))));
        unit = Unit.open(path, UnitOptions.defaults().withAnonymous(AnonymousAccess.REFUSED));
        ticker = new UnitTicker(unit, "unit");
        nic = IwarpNic.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                unit.memory(),
                unit.control(),
                IwarpNicOptions.defaults());
        address = "iwarp://127.0.0.1:" + nic.localAddress().getPort();
    }

    @AfterEach
    void stop() {
        unit.stop();
        nic.close();
        ticker.close();
        unit.close();
    }

    @Test
    void connect_rightPassword_writesAndReads() throws Exception {
        try (CheckpointConnection connection = PmuConnector.connect(address, "orders", "alice", "correct horse")) {
            connection.append("first".getBytes(UTF_8));
            assertThat(connection.recover()).hasSize(1);
        }
    }

    @Test
    void connect_wrongPassword_isRefusedAndDoesNotShowIt() {
        assertThatThrownBy(() -> PmuConnector.connect(address, "orders", "alice", "battery staple"))
                .isInstanceOf(AccessRefusedException.class)
                .hasMessageContaining("alice")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("battery"));
    }

    @Test
    void connect_asNobody_isRefused() {
        assertThatThrownBy(() -> PmuConnector.connect(address, "orders")).isInstanceOf(AccessRefusedException.class);
    }
}
