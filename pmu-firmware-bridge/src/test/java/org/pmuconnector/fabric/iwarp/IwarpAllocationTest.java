package org.pmuconnector.fabric.iwarp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;

/** Neither end of a durable write makes garbage, whether it polls or blocks: initiator, interface, tables, memory. */
class IwarpAllocationTest {

    private static final int REGION_BYTES = 1024 * 1024;
    private static final int WARM_UP = 20_000;
    private static final int OPERATIONS = 10_000;

    /** Far less than one object for each operation; what is measured has noise of its own. */
    private static final long TOLERATED_BYTES = OPERATIONS;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {0, 50})
    void writeAndFlush_warm_allocateNothingAtEitherEnd(int pollMicros) throws PmuException {
        Path file = folder.resolve("unit");
        Unit.format(file, 8 << 20);
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        IwarpNicOptions options = IwarpNicOptions.defaults().withPollMicros(pollMicros);
        try (Unit unit = Unit.open(file, UnitOptions.defaults());
                IwarpNic nic = IwarpNic.listen(any, unit.memory(), unit.control(), options);
                IwarpFabric fabric =
                        new IwarpFabric(addressOf(nic), FabricOptions.defaults().withPollMicros(pollMicros));
                UnitClient session = UnitClient.session(fabric, "primary", 1)) {
            session.create("orders", REGION_BYTES);
            long epoch = session.claim("orders", 0).getEpoch();
            session.begin("orders", epoch, 0);
            Set<Long> others = servingThreads();
            try (UnitClient data = UnitClient.data(fabric, "primary", 1)) {
                long serving = servingThreads().stream()
                        .filter(id -> !others.contains(id))
                        .findFirst()
                        .orElseThrow();
                measure(data.connection(), data.openToWrite("orders", epoch), serving);
            }
        }
    }

    private static UnitAddress addressOf(IwarpNic nic) throws PmuException {
        return UnitAddress.parse("iwarp://127.0.0.1:" + nic.localAddress().getPort());
    }

    private static Set<Long> servingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("pmu-iwarp-127"))
                .map(Thread::getId)
                .collect(Collectors.toSet());
    }

    private void measure(FabricConnection connection, OpenRegionReply region, long serving) throws PmuException {
        ByteBuffer payload = ByteBuffer.allocate(4096);
        writeAndFlush(connection, region, payload, WARM_UP);
        long own = Thread.currentThread().getId();
        long initiatorBefore = threads.getThreadAllocatedBytes(own);
        long responderBefore = threads.getThreadAllocatedBytes(serving);

        writeAndFlush(connection, region, payload, OPERATIONS);

        long responder = threads.getThreadAllocatedBytes(serving) - responderBefore;
        long initiator = threads.getThreadAllocatedBytes(own) - initiatorBefore;
        assertThat(initiator).as("bytes allocated by the initiator").isLessThan(TOLERATED_BYTES);
        assertThat(responder).as("bytes allocated by the responder").isLessThan(TOLERATED_BYTES);
    }

    private static void writeAndFlush(
            FabricConnection connection, OpenRegionReply region, ByteBuffer payload, int times) throws PmuException {
        Deadline deadline = Deadline.after(MonotonicClock.system(), Duration.ofMinutes(2));
        for (int i = 0; i < times; i++) {
            connection.write(region.getKey(), region.getBaseAddress(), payload.clear(), deadline);
            connection.flush(
                    region.getKey(), region.getBaseAddress(), payload.capacity(), PersistenceLevel.VISIBLE, deadline);
        }
    }
}
