package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.GetUnit;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.memory.SparseMemory;
import org.pmuconnector.pmu.nic.ControlService.ControlConnection;
import org.pmuconnector.pmu.nic.ControlService.NicConnection;

/** A unit with as many regions and keys as the largest: no operation may cost what the others have made. */
class ManyRegionsTest {

    private static final int REGIONS = 10_000;
    private static final int CONNECTIONS = 1_250;
    private static final int KEYS_EACH = 8;
    private static final long UNIT_BYTES = 64L << 30;

    /** Generous for a busy machine; an operation that looks at all others would need many times as long. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final class SilentPeer implements NicConnection {

        @Override
        public String peer() {
            return "a tool";
        }

        @Override
        public void push(Event event) {
            throw new AssertionError("a tool watches nothing");
        }

        @Override
        public void disconnect(String reason) {
            assertThat(reason).isEqualTo("the unit is stopping");
        }
    }

    private static Response call(ControlConnection connection, Request.Builder request) {
        Response response = connection.handle(request.build());
        assertThat(response.getStatus()).as(response.getMessage()).isZero();
        return response;
    }

    private static ControlConnection tool(Unit unit) throws Exception {
        ControlConnection connection = unit.control().connected(new SilentPeer());
        call(
                connection,
                Request.newBuilder()
                        .setHello(Hello.newBuilder().setProtocolVersion(1).setPurpose(Hello.Purpose.TOOL)));
        return connection;
    }

    @Test
    void unit_tenThousandRegionsAndKeys_createsBindsRevokesAndOpensSoon() throws Exception {
        KeyPair pair = ManagerKey.generate();
        SparseMemory memory = new SparseMemory(UNIT_BYTES);
        Superblock.format(memory, new UUID(1, 2), pair.getPublic());
        long start = System.nanoTime();
        try (Unit unit = Unit.start(memory, ManagerKey.of(pair), UnitOptions.defaults())) {
            ControlConnection tool = tool(unit);
            long firstQuarter = create(tool, 0, REGIONS / 4);
            create(tool, REGIONS / 4, REGIONS * 3 / 4);
            long lastQuarter = create(tool, REGIONS * 3 / 4, REGIONS);
            long created = System.nanoTime();
            print("created, the first quarter", firstQuarter);
            print("created, the last quarter", lastQuarter);
            // The first also warms the code up. Were all the others looked at each time, it would be seven times as
            // long.
            assertThat(lastQuarter).isLessThan(3 * firstQuarter);
            List<ControlConnection> connections = bindAll(unit);
            assertThat(boundKeys(tool)).isEqualTo(REGIONS);
            long bound = System.nanoTime();
            connections.forEach(connection -> connection.ended("the test is over"));
            assertThat(boundKeys(tool)).isZero();
            long revoked = System.nanoTime();
            print("created", created - start);
            print("bound", bound - created);
            print("revoked", revoked - bound);
        }
        long closed = System.nanoTime();
        try (Unit unit = Unit.start(memory, ManagerKey.of(pair), UnitOptions.defaults())) {
            print("opened", System.nanoTime() - closed);
            GetUnit what = GetUnit.getDefaultInstance();
            assertThat(call(tool(unit), Request.newBuilder().setGetUnit(what))
                            .getUnit()
                            .getRegions())
                    .isEqualTo(REGIONS);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    }

    private static long create(ControlConnection tool, int from, int to) {
        long start = System.nanoTime();
        for (int i = from; i < to; i++) {
            CreateRegion.Builder region =
                    CreateRegion.newBuilder().setRegion("region-" + i).setSizeBytes(1 << 20);
            call(tool, Request.newBuilder().setCreateRegion(region));
        }
        return System.nanoTime() - start;
    }

    private static List<ControlConnection> bindAll(Unit unit) throws Exception {
        List<ControlConnection> connections = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            ControlConnection connection = tool(unit);
            OpenRegion.Builder open = OpenRegion.newBuilder().setRegion("region-" + i * KEYS_EACH);
            for (int key = 0; key < KEYS_EACH; key++) {
                call(connection, Request.newBuilder().setOpenRegion(open));
            }
            connections.add(connection);
        }
        return connections;
    }

    private static int boundKeys(ControlConnection tool) {
        return call(tool, Request.newBuilder().setGetUnit(GetUnit.getDefaultInstance()))
                .getUnit()
                .getBoundKeys();
    }

    private static void print(String what, long nanos) {
        System.out.println(REGIONS + " " + what + " in " + nanos / 1_000_000 + " ms");
    }
}
