package org.pmuconnector.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.ClaimPrimaryReply;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.firmware.OtherProcess;
import org.pmuconnector.tls.TestAuthority;

/** The daemon as its users have it: a process of its own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ServeProcessTest {

    private static final int SIGTERM_EXIT = 143;

    @TempDir
    Path folder;

    private Path unit;

    @BeforeEach
    void format() {
        unit = folder.resolve("unit");
        assertThat(Pmu.commandLine().execute("format", unit.toString(), "--size", "4m"))
                .isZero();
    }

    /** A daemon that is ready. */
    private final class Daemon implements AutoCloseable {

        final OtherProcess process;
        final UnitAddress address;

        Daemon() throws Exception {
            process = OtherProcess.start(
                    Pmu.class, "serve", unit.toString(), "--listen", "127.0.0.1:0", "--allow-anonymous");
            String line = process.nextLine();
            assertThat(line).matches("listening on 127\\.0\\.0\\.1:\\d+");
            address = UnitAddress.parse("iwarp://" + line.substring("listening on ".length()));
        }

        Fabric fabric() throws Exception {
            return Fabrics.of(address, FabricOptions.defaults().withPollMicros(0));
        }

        @Override
        public void close() {
            try {
                process.kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void serve_untilSigterm_endsCleanly() throws Exception {
        try (Daemon daemon = new Daemon();
                Fabric fabric = daemon.fabric();
                UnitClient client = UnitClient.tool(fabric)) {
            assertThat(client.create("orders", 1 << 20).getSizeBytes()).isEqualTo(1 << 20);
            assertThat(folder.resolve("unit.owner")).content().contains("process " + daemon.process.pid());
            assertThat(daemon.process.terminate()).isEqualTo(SIGTERM_EXIT);
            assertThat(rest(daemon.process))
                    .noneSatisfy(line -> assertThat(line).contains("Exception"));
        }
        assertThat(folder.resolve("unit.owner")).doesNotExist();
        assertThat(Pmu.commandLine().execute("check", unit.toString())).isZero();
    }

    private static List<String> rest(OtherProcess process) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = process.nextLine(); line != null; line = process.nextLine()) {
            lines.add(line);
        }
        return lines;
    }

    @Test
    void serve_plainAndEncryptedAddress_answersOnBoth() throws Exception {
        TestAuthority authority = new TestAuthority("serve");
        String ca = authority.certificateFile(folder).toString();
        TestAuthority.Issued issued = authority.issue(folder, "EC");
        OtherProcess process = OtherProcess.start(
                Pmu.class,
                "serve",
                unit.toString(),
                "--listen",
                "127.0.0.1:0",
                "--listen",
                "iwarps://127.0.0.1:0",
                // A machine that is busy needs long for the first handshake of two new processes.
                "--limit",
                "handshakeTimeoutMillis=60000",
                "--tls-certificate",
                issued.certificateFile().toString(),
                "--tls-key",
                issued.keyFile().toString(),
                "--allow-anonymous");
        try {
            assertThat(process.nextLine()).matches("listening on 127\\.0\\.0\\.1:\\d+");
            String line = process.nextLine();
            assertThat(line).matches("listening on iwarps://127\\.0\\.0\\.1:\\d+");
            String address = line.substring("listening on ".length());
            assertThat(Pmu.commandLine().execute("status", address, "--tls-ca", ca, "--timeout-millis", "60000"))
                    .isZero();
            assertThat(Pmu.commandLine().execute("status", address, "--timeout-millis", "60000"))
                    .isEqualTo(1);
        } finally {
            process.kill();
        }
    }

    @Test
    void serve_unitThatIsServed_namesItsOwner() throws Exception {
        try (Daemon daemon = new Daemon()) {
            OtherProcess second = OtherProcess.start(
                    Pmu.class, "serve", unit.toString(), "--listen", "127.0.0.1:0", "--allow-anonymous");
            assertThat(second.nextLine()).startsWith("pmu: PMU-204").contains("process " + daemon.process.pid());
            assertThat(second.nextLine()).isNull();
            assertThat(second.await()).isEqualTo(1);
            // And the first one goes on.
            try (Fabric fabric = daemon.fabric();
                    UnitClient client = UnitClient.tool(fabric)) {
                assertThat(client.unit().getBootNumber()).isEqualTo(1);
            }
        }
    }

    @Test
    void serve_killed_keepsWhatWasAcknowledgedAtEitherLevel() throws Exception {
        byte[] visible = {1, 2, 3, 4, 5, 6, 7, 8};
        byte[] persistent = {8, 7, 6, 5, 4, 3, 2, 1};
        try (Daemon daemon = new Daemon();
                Fabric fabric = daemon.fabric();
                UnitClient session = UnitClient.session(fabric, "a", 1)) {
            session.create("orders", 1 << 20);
            ClaimPrimaryReply claimed = session.claim("orders", 0);
            session.begin("orders", claimed.getEpoch(), 0);
            UnitClient data = UnitClient.data(fabric, "a", 1);
            OpenRegionReply opened = data.openToWrite("orders", claimed.getEpoch());
            data.write(opened.getKey(), opened.getBaseAddress(), visible, PersistenceLevel.VISIBLE);
            data.write(opened.getKey(), opened.getBaseAddress() + 64, persistent, PersistenceLevel.PERSISTENT);
        }
        assertThat(Pmu.commandLine().execute("check", unit.toString())).isZero();
        try (Daemon daemon = new Daemon();
                Fabric fabric = daemon.fabric();
                UnitClient tool = UnitClient.tool(fabric)) {
            assertThat(tool.unit().getBootNumber()).isEqualTo(2);
            assertThat(tool.region("orders").getEpoch()).isEqualTo(1);
            assertThat(tool.region("orders").getEvidence()).contains("may return");
            OpenRegionReply opened = tool.openToRead("orders");
            assertThat(tool.read(opened.getKey(), opened.getBaseAddress(), 8)).isEqualTo(visible);
            assertThat(tool.read(opened.getKey(), opened.getBaseAddress() + 64, 8))
                    .isEqualTo(persistent);
        }
    }
}
