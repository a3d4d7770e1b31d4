package org.pmuconnector.pmu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.GetUnit;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.UnitState;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.manager.ManagerKey;
import org.pmuconnector.pmu.nic.ControlService.ControlConnection;
import org.pmuconnector.pmu.nic.ControlService.NicConnection;

/** The parts of a unit together: key, file, boot number, sharing. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UnitTest {

    private static final long SIZE_BYTES = 4 << 20;

    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void format() throws PmuException {
        path = folder.resolve("unit");
        Unit.format(path, SIZE_BYTES);
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call, String... says) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PmuException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            for (String part : says) {
                assertThat(e).hasMessageContaining(part);
            }
        });
    }

    /** A connection that takes no notice of anything. */
    private static final class Quiet implements NicConnection {

        @Override
        public String peer() {
            return "quiet";
        }

        @Override
        public void push(Event event) {
            throw new AssertionError("an event that nobody asked for: " + event);
        }

        @Override
        public void disconnect(String reason) {
            // The test looks at what the control service does, not at the connection.
        }
    }

    private static UnitState status(Unit unit) throws PmuException {
        ControlConnection connection = unit.control().connected(new Quiet());
        hello(connection);
        UnitState state = connection
                .handle(Request.newBuilder()
                        .setGetUnit(GetUnit.getDefaultInstance())
                        .build())
                .getUnit();
        connection.ended("done");
        return state;
    }

    private static Response hello(ControlConnection connection) {
        return connection.handle(Request.newBuilder()
                .setId(1)
                .setHello(Hello.newBuilder().setProtocolVersion(1).setPurpose(Hello.Purpose.TOOL))
                .build());
    }

    @Test
    void open_eachTime_raisesTheBootNumber() throws PmuException {
        for (int boot = 1; boot <= 3; boot++) {
            try (Unit unit = Unit.open(path, UnitOptions.defaults())) {
                UnitState state = status(unit);
                assertThat(state.getBootNumber()).isEqualTo(boot);
                assertThat(state.getSizeBytes()).isEqualTo(SIZE_BYTES);
                assertThat(state.getRegions()).isZero();
                assertThat(state.getConnections()).isEqualTo(1);
                assertThat(state.getMemory()).contains(path.toString());
            }
        }
    }

    @Test
    void open_withoutTheKey_isRefusedAndUntouched() throws Exception {
        byte[] before = Files.readAllBytes(path);
        Path key = ManagerKey.fileOf(path);
        Path hidden = Files.move(key, folder.resolve("hidden"));
        assertRefused(
                ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> Unit.open(path, UnitOptions.defaults()), key.toString());
        // The key of another unit is not better.
        Unit.format(folder.resolve("other"), SIZE_BYTES);
        Files.move(ManagerKey.fileOf(folder.resolve("other")), key);
        assertRefused(
                ErrorCode.MANAGER_NOT_AUTHENTICATED, () -> Unit.open(path, UnitOptions.defaults()), path.toString());
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        Files.delete(key);
        Files.move(hidden, key);
        Unit.open(path, UnitOptions.defaults()).close();
    }

    @Test
    void format_keyOfAnotherIsThere_isRefusedAndLeavesNothing() throws Exception {
        Path lonely = folder.resolve("lonely");
        Files.writeString(ManagerKey.fileOf(lonely), "precious");
        assertRefused(ErrorCode.UNIT_EXISTS, () -> Unit.format(lonely, SIZE_BYTES), "lonely.key");
        assertThat(lonely).doesNotExist();
        assertThat(ManagerKey.fileOf(lonely)).hasContent("precious");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> Unit.format(folder.resolve("small"), 100));
        assertThat(ManagerKey.fileOf(folder.resolve("small"))).doesNotExist();
    }

    @Test
    void close_twice_isNoError() throws PmuException {
        Unit unit = Unit.open(path, UnitOptions.defaults());
        unit.close();
        unit.close();
        Unit.open(path, UnitOptions.defaults()).close();
    }

    @Test
    void handle_everythingAPeerMaySend_answersAndNeverThrows() throws PmuException {
        try (Unit unit = Unit.open(path, UnitOptions.defaults())) {
            ControlConnection connection = unit.control().connected(new Quiet());
            Response early = connection.handle(Request.newBuilder()
                    .setId(77)
                    .setGetUnit(GetUnit.getDefaultInstance())
                    .build());
            assertThat(early.getId()).isEqualTo(77);
            assertThat(early.getStatus()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION.number());
            assertThat(early.getMessage()).contains("hello");
            assertThat(connection.handle(Request.getDefaultInstance()).getStatus())
                    .isEqualTo(ErrorCode.PROTOCOL_VIOLATION.number());
            assertThat(connection
                            .handle(Request.newBuilder()
                                    .setHello(Hello.newBuilder()
                                            .setProtocolVersion(1)
                                            .setPurposeValue(99))
                                    .build())
                            .getStatus())
                    .isEqualTo(ErrorCode.PROTOCOL_VIOLATION.number());
            assertThat(hello(connection).getStatus()).isZero();
            for (CreateRegion.Builder create : List.of(
                    CreateRegion.newBuilder().setRegion("r").setSizeBytes(-1),
                    CreateRegion.newBuilder()
                            .setRegion("r")
                            .setSizeBytes(1 << 20)
                            .setLevelValue(50),
                    CreateRegion.newBuilder()
                            .setRegion("r")
                            .setSizeBytes(1 << 20)
                            .setRetentionValue(50))) {
                Response response = connection.handle(
                        Request.newBuilder().setCreateRegion(create).build());
                assertThat(response.getStatus()).isNotZero().isNotEqualTo(ErrorCode.INTERNAL.number());
                assertThat(response.getMessage()).isNotBlank();
            }
            connection.ended("done");
            connection.ended("done");
            assertThat(connection.handle(Request.getDefaultInstance()).getStatus())
                    .isNotZero();
        }
    }

    @Test
    void handle_everyRequestWithDefaults_hasAnAnswerOfItsOwn() throws PmuException {
        try (Unit unit = Unit.open(path, UnitOptions.defaults())) {
            ControlConnection connection = unit.control().connected(new Quiet());
            hello(connection);
            for (var field : Request.getDescriptor().getOneofs().get(0).getFields()) {
                Request request = Request.newBuilder()
                        .setField(
                                field,
                                Request.newBuilder().newBuilderForField(field).build())
                        .build();
                assertThat(connection.handle(request).getStatus())
                        .as(field.getName())
                        .isNotEqualTo(ErrorCode.INTERNAL.number());
            }
        }
    }

    @Test
    void embedded_twoFabrics_shareTheUnitUntilTheLastIsClosed() throws PmuException {
        Deadline soon = Deadline.after(MonotonicClock.system(), java.time.Duration.ofSeconds(20));
        UnitAddress address = UnitAddress.parse("embedded:" + path);
        UnitAddress roundabout =
                UnitAddress.parse("embedded:" + folder.resolve("../" + folder.getFileName() + "/unit"));
        EmbeddedFabric first = new EmbeddedFabric(address);
        EmbeddedFabric second = new EmbeddedFabric(roundabout);
        assertThat(boot(first, soon)).isEqualTo(1);
        assertThat(boot(second, soon)).isEqualTo(1);
        first.close();
        first.close();
        assertThat(boot(second, soon)).isEqualTo(1);
        assertRefused(ErrorCode.UNIT_IN_USE, () -> Unit.open(path, UnitOptions.defaults()));
        assertRefused(ErrorCode.UNIT_UNREACHABLE, () -> first.connect(soon));
        second.close();
        EmbeddedFabric third = new EmbeddedFabric(address);
        assertThat(boot(third, soon)).isEqualTo(2);
        third.close();
    }

    private static long boot(EmbeddedFabric fabric, Deadline deadline) throws PmuException {
        return fabric.connect(deadline)
                .call(
                        Request.newBuilder()
                                .setHello(
                                        Hello.newBuilder().setProtocolVersion(1).setPurpose(Hello.Purpose.TOOL))
                                .build(),
                        deadline)
                .getHello()
                .getBootNumber();
    }

    @Test
    void embedded_errorsOfOpening_arriveAtConnect() throws Exception {
        Deadline soon = Deadline.after(MonotonicClock.system(), java.time.Duration.ofSeconds(20));
        Path missing = folder.resolve("missing");
        EmbeddedFabric fabric = new EmbeddedFabric(UnitAddress.parse("embedded:" + missing));
        assertRefused(ErrorCode.UNIT_NOT_FORMATTED, () -> fabric.connect(soon), missing.toString());
        // And are gone with their cause.
        Unit.format(missing, SIZE_BYTES);
        assertThat(boot(fabric, soon)).isEqualTo(1);
        fabric.close();
        assertRefused(ErrorCode.BAD_ADDRESS, () -> new EmbeddedFabric(UnitAddress.parse("iwarp://localhost:1")));
        assertRefused(ErrorCode.BAD_ADDRESS, () -> new EmbeddedFabric(UnitAddress.parse("embedded:a\0b")));
    }

    /** Another adapter in the same virtual machine has these classes once more, from a class loader of its own. */
    @Test
    void open_byAnotherClassLoader_isRefused() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            Class<?> otherUnit = loader.loadClass(Unit.class.getName());
            assertThat(otherUnit).isNotEqualTo(Unit.class);
            Class<?> otherOptions = loader.loadClass(UnitOptions.class.getName());
            Method open = otherUnit.getMethod("open", Path.class, otherOptions);
            Object defaults = otherOptions.getMethod("defaults").invoke(null);
            try (Unit unit = Unit.open(path, UnitOptions.defaults())) {
                assertThat(status(unit).getBootNumber()).isEqualTo(1);
                assertThatThrownBy(() -> open.invoke(null, path, defaults))
                        .isInstanceOf(InvocationTargetException.class)
                        .cause()
                        .hasMessage("unit " + path + " is in use by process "
                                + ProcessHandle.current().pid() + inUseRest(path));
            }
            ((AutoCloseable) open.invoke(null, path, defaults)).close();
        }
    }

    private static String inUseRest(Path path) throws java.io.IOException {
        String note = Files.readString(path.resolveSibling("unit.owner")).strip();
        return note.substring(note.indexOf(" on ")) + "; stop that one, or reach it through its network address";
    }
}
