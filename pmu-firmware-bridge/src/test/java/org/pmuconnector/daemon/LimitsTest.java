package org.pmuconnector.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.UnitLimit;
import org.pmuconnector.model.UnitLimits;
import picocli.CommandLine;

/** That every limit is written down as it is, and that an operator can set those that are his to set. */
class LimitsTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "limits.md");

    /** A row of the table of fixed limits: class, constant and value. */
    private static final Pattern FIXED_ROW =
            Pattern.compile("\\| `([A-Za-z.]+)\\.([A-Z_]+)` \\| (\\d+) \\| .{10,} \\|");

    /** Packages whose constants of such names are all limits. */
    private static final List<String> OWN = List.of(
            "fabric",
            "fabric/iwarp",
            "iwarp",
            "iwarp/socket",
            "pmu/bridge",
            "pmu/manager",
            "pmu/nic",
            "pmu/nic/iwarp",
            "pmu/users",
            "scram",
            "tls");

    private static final Pattern LIMIT_NAME = Pattern.compile(
            "MAX_(?!LENGTH_BYTES).*|.*_NANOS|.*_MILLIS|.*_SECONDS|.*_COUNT|.*_PAUSE.*|REFUSALS|BACKLOG|LINGER_.*|FULL_CAPACITY_.*"
                    + "|REQUEST_LENGTH_BYTES|MOST_.*|LONGEST_.*|FEWEST_.*|FREE_.*|DEFAULT_ITERATIONS|.*_STREAMS");

    private static String document() throws IOException {
        return Files.readString(DOCUMENT);
    }

    @Test
    void document_containsTheTableOfSettableLimits() throws IOException {
        StringBuilder table = new StringBuilder("| limit | default | range | what and why |\n|---|---|---|---|\n");
        for (LimitOptions.Shown limit : LimitOptions.all()) {
            table.append("| `%s` | %d | %d to %d | %s |%n"
                    .formatted(limit.name(), limit.standard(), limit.least(), limit.most(), limit.reason()));
        }
        assertThat(document()).contains(table.toString());
    }

    @Test
    void document_fixedLimits_areAsInTheCode() throws Exception {
        Matcher row = FIXED_ROW.matcher(document());
        int rows = 0;
        for (; row.find(); rows++) {
            Field field = Class.forName("org.pmuconnector." + row.group(1)).getDeclaredField(row.group(2));
            field.setAccessible(true);
            assertThat(((Number) field.get(null)).longValue())
                    .as("%s.%s", row.group(1), row.group(2))
                    .isEqualTo(Long.parseLong(row.group(3)));
        }
        assertThat(rows).isGreaterThan(20);
    }

    @Test
    void document_everyLimitOfTheNetwork_isInIt() throws Exception {
        String document = document();
        List<String> missing = new ArrayList<>();
        for (Class<?> type : networkClasses()) {
            for (Field field : type.getDeclaredFields()) {
                boolean number = field.getType() == int.class || field.getType() == long.class;
                boolean limit = LIMIT_NAME.matcher(field.getName()).matches();
                if (Modifier.isStatic(field.getModifiers()) && number && limit) {
                    String name = type.getName().substring("org.pmuconnector.".length()) + "." + field.getName();
                    if (!document.contains("`" + name + "`")) {
                        missing.add(name);
                    }
                }
            }
        }
        assertThat(missing).as("limits that docs/limits.md lacks").isEmpty();
    }

    private static List<Class<?>> networkClasses() throws Exception {
        Path root = Path.of(UnitLimits.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("org/pmuconnector");
        List<Class<?>> classes = new ArrayList<>();
        for (String folder : OWN) {
            try (Stream<Path> files = Files.list(root.resolve(folder))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".class")).toList()) {
                    String simple = file.getFileName().toString().replace(".class", "");
                    if (!simple.equals("package-info")) {
                        classes.add(Class.forName("org.pmuconnector." + folder.replace('/', '.') + "." + simple));
                    }
                }
            }
        }
        return classes;
    }

    @Test
    void unitLimits_components_areTheLimits() throws ReflectiveOperationException {
        List<String> components = Arrays.stream(UnitLimits.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
        assertThat(Arrays.stream(UnitLimit.values()).map(UnitLimit::label).toList())
                .isEqualTo(components);
        UnitLimits all = UnitLimits.DEFAULT;
        int value = 3;
        for (UnitLimit limit : UnitLimit.values()) {
            int other = Math.max(limit.least(), value++);
            all = all.with(limit, other);
            assertThat(all.valueOf(limit)).isEqualTo(other);
            Object component = UnitLimits.class.getDeclaredMethod(limit.label()).invoke(all);
            assertThat(component).as(limit.label()).isEqualTo(other);
        }
    }

    @Test
    void option_limit_setsThatOneAlone() {
        LimitOptions options = new LimitOptions();
        new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options))
                .parseArgs("--limit", "connections=7", "--limit", "stallTimeoutMillis=1234");

        assertThat(options.unitLimits()).isEqualTo(UnitLimits.DEFAULT.with(UnitLimit.CONNECTIONS, 7));
        var nic = options.applyTo(org.pmuconnector.pmu.nic.NicOptions.defaults());
        assertThat(nic.limits().connections()).isEqualTo(7);
        assertThat(nic.stallTimeoutMillis()).isEqualTo(1234);
        assertThat(nic.handshakeTimeoutMillis()).isEqualTo(5000);
    }

    @Test
    void serve_limits_areListedAndChecked() {
        StringWriter out = new StringWriter();
        CommandLine commandLine = Pmu.commandLine().setOut(new PrintWriter(out, true));
        StringWriter err = new StringWriter();
        commandLine.setErr(new PrintWriter(err, true));

        assertThat(commandLine.execute("serve", "--limits")).isZero();
        for (LimitOptions.Shown limit : LimitOptions.all()) {
            assertThat(out.toString()).contains(limit.name()).contains(limit.reason());
        }
        assertThat(commandLine.execute("serve", "unit", "--limit", "nonsense=1"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no limit 'nonsense'", "keysPerConnection");
        assertThat(commandLine.execute("serve", "unit", "--limit", "connections=0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("connections is 1 to 65536, not 0");
        assertThat(commandLine.execute("serve", "unit", "--limit", "stallTimeoutMillis=0"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("stallTimeoutMillis is 1 to 600000, not 0");
        assertThatThrownBy(() -> UnitLimits.DEFAULT.with(UnitLimit.MESSAGE_BYTES, 1))
                .hasMessageContaining("messageBytes");
    }
}
