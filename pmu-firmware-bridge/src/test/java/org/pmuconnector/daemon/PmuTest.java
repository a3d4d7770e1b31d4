package org.pmuconnector.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.daemon.PmuRun.pmu;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.model.UnitAddress.Transport;
import picocli.CommandLine.TypeConversionException;

/** The command line, in this process; what needs another one is in {@link ServeProcessTest}. */
class PmuTest {

    @TempDir
    Path folder;

    private Path unit;

    @BeforeEach
    void path() {
        unit = folder.resolve("unit");
    }

    private static void assertRefused(PmuRun run, String... says) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().strip()).startsWith("pmu: PMU-").contains(says).hasLineCount(1);
        assertThat(run.err()).doesNotContain("Exception", "\tat ");
    }

    private void format() {
        assertThat(pmu("format", unit, "--size", "4m").exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "format", "serve", "status", "regions", "create", "log", "check", "doctor", "access", "user"
            })
    void help_everywhere_saysHowToUseIt(String command) {
        PmuRun run = command.isEmpty() ? pmu("--help") : pmu(command, "--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Usage: pmu" + (command.isEmpty() ? "" : " " + command), "--version");
        assertThat(run.err()).isEmpty();
        PmuRun version = command.isEmpty() ? pmu("--version") : pmu(command, "--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).startsWith("pmu ");
    }

    @Test
    void usageErrors_exitWithTwo() {
        assertThat(pmu().exitCode()).isEqualTo(2);
        assertThat(pmu("nonsense").exitCode()).isEqualTo(2);
        assertThat(pmu("format").exitCode()).isEqualTo(2);
        assertThat(pmu("format", unit, "--size", "lots").err()).contains("'lots' is not a size");
        assertThat(pmu("status", "http://somewhere").err()).contains("names no known transport");
        assertThat(pmu("status", "embedded:" + unit, "--timeout-millis", "0").exitCode())
                .isEqualTo(2);
        assertThat(pmu("create", "embedded:" + unit, "r", "--size", "1m", "--level", "eternal")
                        .exitCode())
                .isEqualTo(2);
        assertThat(pmu("serve", unit, "--listen", "iwarps://127.0.0.1:0").err())
                .contains("PMU-202", "needs a certificate");
        assertThat(pmu("serve", unit, "--tls-client-auth", "need").err()).contains("PMU-202", "iwarps://HOST:PORT");
        assertThat(pmu("serve", unit, "--listen", "nowhere").err()).contains("is not HOST:PORT");
        assertThat(pmu("serve", unit, "--lease-millis", "1").err()).contains("leaseMillis");
        assertThat(pmu("serve", unit, "--poll-micros", "1001").err()).contains("pollMicros");
        assertThat(unit).doesNotExist();
    }

    @Test
    void format_thenAgain_isRefused() {
        PmuRun first = pmu("format", unit, "--size", "4m");
        assertThat(first.exitCode()).isZero();
        assertThat(first.out()).contains("formatted " + unit, "4 MiB", unit + ".key");
        assertRefused(pmu("format", unit, "--size", "4m"), "PMU-208", unit.toString());
        assertRefused(pmu("format", folder.resolve("tiny"), "--size", "64k"), "PMU-202", "1 MiB");
        assertRefused(pmu("format", folder.resolve("no/folder"), "--size", "4m"), "PMU-209", "no/folder");
    }

    @Test
    void create_thenRegions_showsIt() {
        format();
        String address = "embedded:" + unit;
        PmuRun created = pmu(
                "create",
                address,
                "orders",
                "--size",
                "1m",
                "--max-base",
                "128k",
                "--level",
                "visible",
                "--retain",
                "cleared");
        assertThat(created.exitCode()).isZero();
        assertThat(created.out()).contains("orders", "1 MiB", "VISIBLE", "128 KiB");
        assertThat(pmu("regions", address).out())
                .contains("REGION")
                .containsPattern("orders +1048576 +131072 +VISIBLE +CLEARED +0 +VACANT");
        assertThat(pmu("regions", address, "--json").out())
                .startsWith("[")
                .contains("\"region\": \"orders\"", "\"sizeBytes\": 1048576", "\"trimPosition\": 0");
        assertThat(pmu("log", address, "orders").out()).contains("0 records", "committed sequence 0");
        assertRefused(pmu("create", address, "orders", "--size", "2m"), "PMU-302", "size");
        assertRefused(pmu("create", address, "a b", "--size", "1m"), "PMU-202", "region name");
        assertRefused(pmu("log", address, "nowhere"), "PMU-301", "nowhere");
    }

    @Test
    void status_ofAUnit_showsIt() {
        format();
        PmuRun run = pmu("status", "embedded:" + unit);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .containsPattern("boot number +1")
                .containsPattern("size +4 MiB")
                .contains(unit.toString());
        assertThat(pmu("status", "embedded:" + unit, "--json").out())
                .contains("\"bootNumber\": 2", "\"sizeBytes\": 4194304", "\"regions\": 0");
    }

    @Test
    void status_noUnit_isRefused() throws IOException {
        assertRefused(pmu("status", "embedded:" + unit), "PMU-203", "does not exist", "pmu format");
        Files.writeString(unit, "a letter to my aunt");
        assertRefused(pmu("status", "embedded:" + unit), "PMU-203", "not a unit");
        assertRefused(pmu("check", unit), "PMU-203");
        assertRefused(pmu("serve", unit), "PMU-203");
        assertRefused(pmu("status", "iwarp://127.0.0.1:1", "--timeout-millis", "2000"), "PMU-101");
    }

    @Test
    void serve_addressThatOthersReach_isRefused() {
        format();
        for (String outside : new String[] {"0.0.0.0:0", "[::]:0"}) {
            assertRefused(
                    pmu("serve", unit, "--listen", outside, "--allow-anonymous"), "PMU-202", outside, "pmu user add");
        }
        assertRefused(
                pmu("serve", unit, "--listen", "no.such.host.invalid:0", "--allow-anonymous"),
                "PMU-202",
                "no.such.host.invalid");
        assertThat(pmu("check", unit).exitCode()).isZero();
    }

    @Test
    void serve_persistenceMethodThatCannotBe_isRefused() throws Exception {
        format();
        byte[] before = Files.readAllBytes(unit);
        List<List<String>> addresses = List.of(
                List.of(),
                List.of("--listen", "127.0.0.1:0"),
                List.of("--listen", "verbs://127.0.0.1:0", "--listen", "127.0.0.1:0"));
        for (List<String> listen : addresses) {
            List<Object> arguments = new ArrayList<>(List.of("serve", unit, "--allow-anonymous"));
            arguments.addAll(listen);
            arguments.addAll(List.of("--persistence-method", "appliance"));
            assertRefused(pmu(arguments.toArray()), "PMU-202", "for RDMA devices alone", "verbs://HOST:PORT");
        }
        for (String word : List.of("", "Appliance", "appliance ", "general_purpose", "none")) {
            PmuRun run = pmu("serve", unit, "--persistence-method", word);
            assertThat(run.exitCode()).as(word).isEqualTo(2);
            assertThat(run.err()).contains("'" + word + "' is neither 'general-purpose' nor 'appliance'");
        }
        assertThat(Files.readAllBytes(unit)).isEqualTo(before);
    }

    @Test
    void check_cleanUnit_isClean() throws Exception {
        format();
        assertThat(pmu("create", "embedded:" + unit, "orders", "--size", "1m").exitCode())
                .isZero();
        byte[] before = Files.readAllBytes(unit);
        PmuRun run = pmu("check", unit);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("4 MiB", "started 1 times", "region orders, epoch 0")
                .endsWith("clean\n");
        assertThat(Files.readAllBytes(unit)).isEqualTo(before);
    }

    private void flip(long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(unit.toFile(), "rw")) {
            file.seek(offset);
            int value = file.read();
            file.seek(offset);
            file.write(value ^ 0x40);
        }
    }

    @Test
    void check_oneCopyDamaged_isANote() throws Exception {
        format();
        pmu("create", "embedded:" + unit, "orders", "--size", "1m");
        flip(4096 + 50);
        flip(8192 + 50);
        PmuRun run = pmu("check", unit);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("note: superblock: copy 1", "note: catalog slot 0: copy 0")
                .endsWith("clean\n");
    }

    @Test
    void check_catalogDamaged_isAProblem() throws Exception {
        format();
        pmu("create", "embedded:" + unit, "orders", "--size", "1m");
        pmu("create", "embedded:" + unit, "books", "--size", "1m");
        flip(8192 + 50);
        flip(8192 + 4096 + 50);
        PmuRun run = pmu("check", unit);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("problem: ", "catalog slot 0", "region books")
                .endsWith("1 problems\n");
        assertRefused(pmu("regions", "embedded:" + unit), "PMU-206", "catalog slot 0");
    }

    @Test
    void check_superblockDamaged_isRefused() throws Exception {
        format();
        flip(50);
        flip(4096 + 50);
        assertRefused(pmu("check", unit), "PMU-206", "superblock");
    }

    @Test
    void serve_neitherUsersNorAnonymous_isRefused() throws Exception {
        format();
        assertRefused(pmu("serve", unit, "--listen", "127.0.0.1:0"), "PMU-202", "pmu user add", "--allow-anonymous");
        Files.writeString(folder.resolve("unit.users"), "anna:password");
        assertRefused(pmu("serve", unit, "--listen", "127.0.0.1:0"), "PMU-202", "chmod 600");
    }

    @Test
    void user_addedChangedAndRemoved_isListedSo() throws IOException {
        format();
        Path password = Files.writeString(folder.resolve("password"), "correct horse\n");
        assertThat(pmu("user", "add", unit, "anna", "--administrator", "--password-file", password)
                        .err())
                .isEmpty();
        assertThat(pmu("user", "add", unit, "bob", "--create", "--password-file", password)
                        .err())
                .isEmpty();
        assertThat(Files.readString(folder.resolve("unit.users")))
                .contains("anna:SCRAM-SHA-256$100000:")
                .doesNotContain("correct horse");
        Files.writeString(password, "battery staple");
        assertThat(pmu("user", "passwd", unit, "bob", "--password-file", password)
                        .exitCode())
                .isZero();
        assertThat(pmu("user", "roles", unit, "bob").exitCode()).isZero();
        assertThat(pmu("user", "list", unit, "--json").out())
                .contains(
                        "{\"user\": \"anna\", \"roles\": \"administrator\", \"iterations\": 100000}",
                        "{\"user\": \"bob\", \"roles\": \"\", \"iterations\": 100000}");
        assertThat(pmu("user", "remove", unit, "bob").exitCode()).isZero();
        assertThat(pmu("user", "list", unit).out()).contains("anna").doesNotContain("bob");
    }

    @Test
    void user_whatCannotBe_isRefused() throws IOException {
        format();
        Path password = Files.writeString(folder.resolve("password"), "correct horse\n");
        pmu("user", "add", unit, "anna", "--password-file", password);

        assertRefused(pmu("user", "add", unit, "anna", "--password-file", password), "PMU-202", "already");
        assertRefused(pmu("user", "add", unit, "a:b", "--password-file", password), "PMU-202", "letters");
        assertRefused(pmu("user", "add", unit, "bob", "--password-file", folder.resolve("none")), "PMU-202", "none");
        assertRefused(pmu("user", "passwd", unit, "bob", "--password-file", password), "PMU-202", "bob");
        assertRefused(pmu("user", "remove", unit, "bob"), "PMU-202", "bob");
        assertRefused(pmu("user", "list", folder.resolve("nowhere")), "PMU-203", "pmu format");
        assertThat(pmu("user", "add", unit, "bob", "--password", "secret").exitCode())
                .isEqualTo(2);
        assertThat(pmu("user").exitCode()).isEqualTo(2);
    }

    @Test
    void access_ofEmbeddedUnit_isGrantedAndRevoked() throws IOException {
        format();
        Path password = Files.writeString(folder.resolve("password"), "correct horse\n");
        for (String name : new String[] {"anna", "bob"}) {
            pmu("user", "add", unit, name, "--create", "--password-file", password);
        }
        Object[] anna = {"embedded:" + unit, "--user", "anna", "--password-file", password};
        assertThat(pmu(with(anna, "create", "--size", "1m", "orders")).err()).isEmpty();
        assertThat(pmu(with(anna, "access", "--grant", "bob=read,take-over", "orders"))
                        .out())
                .containsPattern("anna +owner")
                .containsPattern("bob +read,take-over");
        Object[] bob = {"embedded:" + unit, "--user", "bob", "--password-file", password};
        assertThat(pmu(with(bob, "regions")).out()).contains("orders");
        assertThat(pmu(with(bob, "log", "orders")).exitCode()).isZero();
        assertRefused(pmu(with(bob, "access", "--owner", "bob", "orders")), "PMU-503", "bob may not administer");
        assertRefused(pmu(with(anna, "access", "--grant", "eve=read", "orders")), "PMU-202", "eve");
        assertThat(pmu(with(anna, "access", "--revoke", "bob", "orders")).out()).doesNotContain("bob");
        assertThat(pmu(with(bob, "regions")).out()).doesNotContain("orders");
        assertRefused(pmu(with(bob, "log", "orders")), "PMU-503", "bob may not read", "anna");
        assertThat(pmu(with(anna, "access", "--grant", "bob=fly", "orders")).exitCode())
                .isEqualTo(2);
        Files.writeString(password, "wrong");
        assertRefused(pmu(with(bob, "regions")), "PMU-502", "bob", "user name or password is wrong");
        // Whoever has the file needs no password, and may do everything.
        assertThat(pmu("access", "embedded:" + unit, "orders", "--owner", "bob").out())
                .containsPattern("bob +owner");
    }

    /** A command at a unit: its name, where and as whom, and what else. */
    private static Object[] with(Object[] where, Object command, Object... rest) {
        return java.util.stream.Stream.of(new Object[] {command}, where, rest)
                .flatMap(java.util.Arrays::stream)
                .toArray();
    }

    @Test
    void check_unitInUse_isRefused() throws Exception {
        format();
        try (Fabric fabric = new EmbeddedFabric(UnitAddress.parse("embedded:" + unit));
                UnitClient client = UnitClient.tool(fabric)) {
            assertThat(client.unit().getRegions()).isZero();
            assertRefused(
                    pmu("check", unit),
                    "PMU-204",
                    "process " + ProcessHandle.current().pid());
            assertRefused(pmu("serve", unit, "--listen", "127.0.0.1:0"), "PMU-204");
            // The tool shares it with whoever has it open in this process.
            assertThat(pmu("status", "embedded:" + unit).exitCode()).isZero();
        }
    }

    @Test
    void log_ofARegionWithGarbage_listsNothingOfIt() throws Exception {
        format();
        pmu("create", "embedded:" + unit, "orders", "--size", "1m");
        try (Fabric fabric = new EmbeddedFabric(UnitAddress.parse("embedded:" + unit));
                UnitClient session = UnitClient.session(fabric, "a", 1);
                UnitClient data = UnitClient.data(fabric, "a", 1)) {
            long epoch = session.claim("orders", 0).getEpoch();
            session.begin("orders", epoch, 0);
            var opened = data.openToWrite("orders", epoch);
            byte[] garbage = new byte[4096];
            new java.util.Random(5).nextBytes(garbage);
            data.write(opened.getKey(), opened.getBaseAddress(), garbage, PersistenceLevel.PERSISTENT);
        }
        PmuRun run = pmu("log", "embedded:" + unit, "orders");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("0 records in 0 of 1048576 bytes");
        assertThat(pmu("check", unit).exitCode()).isZero();
    }

    @Test
    void byteSize_formsOfIt_areUnderstood() {
        assertThat(ByteSize.parse("0").bytes()).isZero();
        assertThat(ByteSize.parse("65536").bytes()).isEqualTo(65536);
        assertThat(ByteSize.parse("64k").bytes()).isEqualTo(65536);
        assertThat(ByteSize.parse("256M").bytes()).isEqualTo(256L << 20);
        assertThat(ByteSize.parse("8GiB").bytes()).isEqualTo(8L << 30);
        assertThat(ByteSize.parse("1tb").bytes()).isEqualTo(1L << 40);
        for (String text : List.of("", "m", "1.5g", "-1", "1x", "9999999999t", "1 m")) {
            assertThatThrownBy(() -> ByteSize.parse(text))
                    .as(text)
                    .isInstanceOf(TypeConversionException.class)
                    .hasMessageContaining("256m");
        }
        assertThat(ByteSize.shown(0)).isEqualTo("0 B");
        assertThat(ByteSize.shown(1000)).isEqualTo("1000 B");
        assertThat(ByteSize.shown(3 << 20)).isEqualTo("3 MiB");
        assertThat(ByteSize.shown(2L << 40)).isEqualTo("2 TiB");
    }

    @Test
    void listenAddress_formsOfIt_areUnderstood() {
        assertThat(ListenAddress.parse("127.0.0.1:4791"))
                .isEqualTo(new ListenAddress(Transport.IWARP, "127.0.0.1", 4791));
        assertThat(ListenAddress.parse("host:0")).isEqualTo(new ListenAddress(Transport.IWARP, "host", 0));
        assertThat(ListenAddress.parse("iwarp://host:1")).isEqualTo(new ListenAddress(Transport.IWARP, "host", 1));
        assertThat(ListenAddress.parse("iwarps://host:1")).isEqualTo(new ListenAddress(Transport.IWARPS, "host", 1));
        assertThat(ListenAddress.parse("iwarps://[::1]:1").withPort(2)).isEqualTo("iwarps://[::1]:2");
        ListenAddress verbs = ListenAddress.parse(" verbs://10.0.2.15:0 ");
        assertThat(verbs).isEqualTo(new ListenAddress(Transport.VERBS, "10.0.2.15", 0));
        assertThat(verbs.verbs()).isTrue();
        assertThat(verbs.tls()).isFalse();
        assertThat(verbs.withPort(4791)).isEqualTo("verbs://10.0.2.15:4791");
        assertThat(ListenAddress.parse("[::1]:65535")).isEqualTo(new ListenAddress(Transport.IWARP, "::1", 65535));
        assertThat(ListenAddress.parse("[::1]:1").withPort(7)).isEqualTo("[::1]:7");
        for (String text : List.of(
                "",
                "host",
                "host:",
                ":1",
                "host:65536",
                "::1:4",
                "host:1:2",
                "host:-1",
                "verbs://",
                "verbs://host",
                "VERBS://host:1",
                "verb://host:1",
                "verbs:/host:1",
                "embedded://host:1")) {
            assertThatThrownBy(() -> ListenAddress.parse(text))
                    .as(text)
                    .isInstanceOf(TypeConversionException.class)
                    .hasMessageContaining("HOST:PORT");
        }
    }

    @Test
    void table_withQuotesAndControls_isValidJson() {
        Table table = new Table("the name", "count");
        table.add("a \"b\" \\ \n", 3);
        table.add("c", 44L);
        StringWriter out = new StringWriter();
        table.print(new PrintWriter(out, true), true);
        assertThat(out.toString().lines())
                .containsExactly(
                        "[",
                        "  {\"theName\": \"a \\\"b\\\" \\\\ \\u000a\", \"count\": 3},",
                        "  {\"theName\": \"c\", \"count\": 44}",
                        "]");
        StringWriter columns = new StringWriter();
        table.print(new PrintWriter(columns, true), false);
        assertThat(columns.toString()).startsWith("THE NAME").contains("     3\n", "    44\n");
        assertThatThrownBy(() -> table.add("one")).isInstanceOf(IllegalArgumentException.class);
    }
}
