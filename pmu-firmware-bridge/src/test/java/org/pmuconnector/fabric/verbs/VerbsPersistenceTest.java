package org.pmuconnector.fabric.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.DeviceFence;
import org.pmuconnector.pmu.nic.DeviceMemory;
import org.pmuconnector.pmu.nic.DeviceRange;
import org.pmuconnector.pmu.nic.ProtectionFaultException;

/** What a flush over verbs promises, on each kind of memory that a device can be given, by either method. */
@Tag("rdma")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class VerbsPersistenceTest {

    private static final int REGION_BYTES = 1 << 20;
    private static final long UNIT_BYTES = 16 << 20;
    private static final Path HUGE_PAGES = Path.of("/dev/hugepages");

    @TempDir
    private Path folder;

    @TempDir(factory = MemoryFolder.class)
    private Path memoryFolder;

    private final List<Path> made = new ArrayList<>();

    /** Where a unit is, and so what it is in. */
    private enum Place {
        FILE("mapped file", PersistenceLevel.PERSISTENT),
        TMPFS("memory file", PersistenceLevel.VISIBLE),
        HUGE_PAGES("memory file", PersistenceLevel.VISIBLE);

        private final String description;
        private final PersistenceLevel level;

        Place(String description, PersistenceLevel level) {
            this.description = description;
            this.level = level;
        }
    }

    @AfterEach
    void remove() throws IOException {
        for (Path file : made) {
            Files.deleteIfExists(file);
        }
    }

    private Path format(Place place) throws IOException, PmuException {
        Path file =
                switch (place) {
                    case FILE -> folder.resolve("unit");
                    case TMPFS -> memoryFolder.resolve("unit");
                    case HUGE_PAGES -> linkToHugePages();
                };
        Unit.format(file, UNIT_BYTES);
        return file;
    }

    /** The unit's key cannot be there. */
    private Path linkToHugePages() throws IOException {
        Path file = Files.createTempFile(HUGE_PAGES, "unit", "");
        Files.delete(file);
        made.add(file);
        return Files.createSymbolicLink(folder.resolve("unit"), file);
    }

    /** A primary of a region on a unit, over verbs. */
    private static final class Primary implements AutoCloseable {

        final Fabric fabric;
        final UnitClient session;
        final UnitClient data;
        final OpenRegionReply opened;

        Primary(VerbsUnit unit) throws PmuException {
            fabric = unit.fabric();
            session = UnitClient.session(fabric, "primary", 1);
            session.create("orders", REGION_BYTES);
            long epoch = session.claim("orders", 0).getEpoch();
            session.begin("orders", epoch, 0);
            data = UnitClient.data(fabric, "primary", 1);
            opened = data.openToWrite("orders", epoch);
        }

        void write(long offset, byte[] bytes, PersistenceLevel level) throws PmuException {
            data.write(opened.getKey(), opened.getBaseAddress() + offset, bytes, level);
        }

        byte[] readByAnother(long offset, int length) throws PmuException {
            return read(fabric, offset, length);
        }

        @Override
        public void close() {
            fabric.close();
        }
    }

    private static byte[] read(Fabric fabric, long offset, int length) throws PmuException {
        try (UnitClient tool = UnitClient.tool(fabric)) {
            OpenRegionReply opened = tool.openToRead("orders");
            return tool.read(opened.getKey(), opened.getBaseAddress() + offset, length);
        }
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void flush_onEachMemory_promisesWhatItCanKeep(Place place) throws Exception {
        Path file = format(place);
        byte[] visible = bytes(1, 3000);
        byte[] persistent = bytes(2, 5000);
        try (VerbsUnit unit = VerbsUnit.start(file);
                Primary primary = new Primary(unit)) {
            assertThat(primary.session.unit().getMemory()).startsWith(place.description);
            assertThat(primary.session.unit().getHighestLevel()).hasToString(place.level.name());
            primary.write(64, visible, PersistenceLevel.VISIBLE);
            assertThat(unit.unit().accessCounters().persists()).isZero();
            if (place.level == PersistenceLevel.PERSISTENT) {
                primary.write(4096, persistent, PersistenceLevel.PERSISTENT);
                assertThat(unit.unit().accessCounters().persists()).isEqualTo(1);
                assertThat(unit.unit().accessCounters().persistedBytes()).isEqualTo(persistent.length);
            } else {
                // The connection goes on, and the bytes are there.
                assertCode(
                        ErrorCode.LEVEL_NOT_OFFERED,
                        () -> primary.write(4096, persistent, PersistenceLevel.PERSISTENT));
                assertThat(unit.unit().accessCounters().persists()).isZero();
                primary.write(4096, persistent, PersistenceLevel.VISIBLE);
            }
            assertThat(primary.readByAnother(64, visible.length)).isEqualTo(visible);
            assertThat(primary.readByAnother(4096, persistent.length)).isEqualTo(persistent);
        }
        try (VerbsUnit unit = VerbsUnit.start(file);
                Fabric fabric = unit.fabric()) {
            assertThat(read(fabric, 64, visible.length)).isEqualTo(visible);
            assertThat(read(fabric, 4096, persistent.length)).isEqualTo(persistent);
        }
    }

    /** Notes the requests that a unit is sent. */
    private record Listening(ControlService service, List<Request> requests) implements ControlService {

        @Override
        public ControlConnection connected(NicConnection connection) throws PmuException {
            ControlConnection control = service.connected(connection);
            return new ControlConnection() {
                @Override
                public long protectionDomain() {
                    return control.protectionDomain();
                }

                @Override
                public Response handle(Request request) {
                    requests.add(request);
                    return control.handle(request);
                }

                @Override
                public void ended(String evidence) {
                    control.ended(evidence);
                }
            };
        }
    }

    /** Memory that says of itself that a device's writes are in persistent memory. */
    private record WrittenDirectly(DeviceMemory memory) implements DeviceMemory {

        @Override
        public List<DeviceRange> ranges(long protectionDomain, int key) throws ProtectionFaultException, PmuException {
            return memory.ranges(protectionDomain, key);
        }

        @Override
        public boolean isWrittenDirectly() {
            return true;
        }

        @Override
        public String memoryDescription() {
            return memory.memoryDescription();
        }

        @Override
        public void attach(DeviceFence fence) {
            memory.attach(fence);
        }

        @Override
        public void detach(DeviceFence fence) {
            memory.detach(fence);
        }
    }

    @Test
    void flush_byTheApplianceMethod_isARead() throws Exception {
        List<Request> requests = new CopyOnWriteArrayList<>();
        VerbsUnit.Serving serving = (nic, unit) ->
                nic.serve(new WrittenDirectly(unit.deviceMemory()), new Listening(unit.control(), requests), true);
        try (VerbsUnit unit = VerbsUnit.start(format(Place.FILE), VerbsUnit.options(), serving);
                Primary primary = new Primary(unit)) {
            int before = requests.size();
            byte[] written = bytes(3, 100_000);
            primary.write(0, written, PersistenceLevel.PERSISTENT);
            primary.write(written.length, written, PersistenceLevel.PERSISTENT);
            assertThat(requests).hasSize(before);
            assertThat(unit.unit().accessCounters().persists()).isZero();
            assertThat(primary.readByAnother(written.length, written.length)).isEqualTo(written);
            // Who asks for a flush all the same gets one.
            Flush flush = Flush.newBuilder()
                    .setKey(primary.opened.getKey())
                    .setAddress(primary.opened.getBaseAddress())
                    .setLengthBytes(64)
                    .build();
            primary.data.call(Request.newBuilder().setFlush(flush));
            assertThat(unit.unit().accessCounters().persists()).isEqualTo(1);
        }
    }

    @Test
    void flush_byTheGeneralMethod_isARequest() throws Exception {
        List<Request> requests = new CopyOnWriteArrayList<>();
        VerbsUnit.Serving serving =
                (nic, unit) -> nic.serve(unit.deviceMemory(), new Listening(unit.control(), requests), false);
        try (VerbsUnit unit = VerbsUnit.start(format(Place.FILE), VerbsUnit.options(), serving);
                Primary primary = new Primary(unit)) {
            int before = requests.size();
            primary.write(0, bytes(3, 100_000), PersistenceLevel.PERSISTENT);
            assertThat(requests.subList(before, requests.size()))
                    .singleElement()
                    .satisfies(request ->
                            assertThat(request.getFlush().getLengthBytes()).isEqualTo(100_000));
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void serve_byTheApplianceMethodOnOtherMemory_isRefused(Place place) throws Exception {
        Path file = format(place);
        assertThatThrownBy(() -> VerbsUnit.start(
                        file, VerbsUnit.options(), (nic, unit) -> nic.serve(unit.deviceMemory(), unit.control(), true)))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION))
                .hasMessageContaining("the appliance method is for persistent memory that a device writes to directly")
                .hasMessageContaining("the unit is " + place.description)
                .hasMessageContaining("use the general purpose method");
        // Nothing is left of it.
        try (VerbsUnit unit = VerbsUnit.start(file);
                Primary primary = new Primary(unit)) {
            primary.write(0, bytes(4, 64), PersistenceLevel.VISIBLE);
        }
    }
}
