package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegisteredRange;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.verbs.VerbsUnit;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.verbs.DeviceResources;

/** A unit at the RDMA device, with those whom an attack must not harm, and who tell whether it did. */
final class AttackedUnit implements AutoCloseable {

    static final int REGION_BYTES = 256 * 1024;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    final Fabric fabric;
    final Victim victim;
    final Victim bystander;
    private final VerbsUnit served;
    private final UnitClient mallory;
    private final Neighbour neighbour;
    private final int connections;
    private final Map<String, Integer> resources;

    AttackedUnit(Path folder, NicOptions options) throws Exception {
        Path file = folder.resolve("unit");
        Unit.format(file, 128 << 20);
        served = VerbsUnit.start(file, options);
        fabric = served.fabric();
        victim = new Victim("victim", 1);
        bystander = new Victim("bystander", 3);
        mallory = new UnitClient(fabric);
        mallory.hello(Hello.Purpose.SESSION, Intruder.NAME, Intruder.TOKEN);
        mallory.create(Intruder.NAME, REGION_BYTES);
        mallory.claim(Intruder.NAME, 0);
        neighbour = new Neighbour(fabric);
        connections = served.nic().connectionCount();
        resources = DeviceResources.count();
    }

    /** An instance that has a region, and its connection to it. */
    final class Victim implements AutoCloseable {

        private final String name;
        private final int token;
        private final UnitClient session;
        private final UnitClient data;
        private final long connectionId;
        private final OpenRegionReply opened;
        private final ByteBuffer memory;
        private final byte[] expected = new byte[REGION_BYTES];

        private Victim(String name, int token) throws Exception {
            this.name = name;
            this.token = token;
            session = UnitClient.session(fabric, name, token);
            session.create(name, REGION_BYTES);
            session.claim(name, 0);
            data = new UnitClient(fabric);
            connectionId = data.hello(Hello.Purpose.DATA, name, UnitClient.token(token))
                    .getConnectionId();
            opened = data.openToWrite(name, 1);
            memory = memory(connectionId, opened.getKey());
            new Random(token).nextBytes(expected);
            data.write(opened.getKey(), opened.getBaseAddress(), expected);
        }

        long connectionId() {
            return connectionId;
        }

        /** What its device's key stands for. */
        RegisteredRange range() {
            return opened.getRanges(0);
        }

        /** Another connection of its own, and the key of that one. */
        UnitClient connection() throws PmuException {
            return UnitClient.data(fabric, name, token);
        }

        private void assertUnharmed() throws PmuException {
            ByteBuffer wanted = ByteBuffer.wrap(expected);
            assertThat(memory.mismatch(wanted))
                    .as("first byte of %s that is another", name)
                    .isEqualTo(-1);
            assertThat(data.read(opened.getKey(), opened.getBaseAddress(), 64)).isEqualTo(Arrays.copyOf(expected, 64));
            session.unit();
        }

        @Override
        public void close() {
            data.close();
            session.close();
        }
    }

    /** The memory itself that a connection's key stands for. */
    ByteBuffer memory(long connectionId, int key) throws Exception {
        return served.unit()
                .deviceMemory()
                .ranges(connectionId, key)
                .get(0)
                .memory()
                .slice();
    }

    InetSocketAddress address() {
        return served.nic().localAddress();
    }

    VerbsUnit served() {
        return served;
    }

    /** No byte has changed that nobody was to change, and all the others go on. */
    void assertUnharmed() throws PmuException {
        victim.assertUnharmed();
        bystander.assertUnharmed();
        mallory.unit();
        neighbour.assertGoesOn();
    }

    /** Waits until nothing is left of other connections, here or at the device. */
    void assertNothingIsLeft() throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (served.nic().connectionCount() != connections) {
            assertThat(System.nanoTime() - deadline)
                    .as("%d connections instead of %d", served.nic().connectionCount(), connections)
                    .isNegative();
            Thread.onSpinWait();
        }
        DeviceResources.await(resources);
    }

    @Override
    public void close() {
        neighbour.close();
        mallory.close();
        bystander.close();
        victim.close();
        fabric.close();
        served.close();
    }
}
