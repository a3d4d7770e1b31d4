package org.pmuconnector.ra.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That docs/monitoring.md has every attribute of the beans, and no other. */
class MonitoringDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "monitoring.md");
    private static final Pattern ROW = Pattern.compile("\\| `([A-Za-z0-9]+)` \\| .{5,} \\|");

    @ParameterizedTest
    @CsvSource({"A unit:, org.pmuconnector.ra.jmx.UnitMXBean", "A region:, org.pmuconnector.ra.jmx.RegionMXBean"})
    void document_attributes_areThoseOfTheBean(String heading, Class<?> bean) throws IOException {
        List<String> rows = Files.readAllLines(DOCUMENT).stream()
                .dropWhile(line -> !line.equals(heading))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .toList();

        assertThat(rows.stream().map(MonitoringDocumentTest::attribute))
                .containsExactlyInAnyOrderElementsOf(Stream.of(bean.getMethods())
                        .map(Method::getName)
                        .map(MonitoringDocumentTest::property)
                        .toList());
    }

    private static String attribute(String row) {
        Matcher matcher = ROW.matcher(row);
        assertThat(matcher.matches()).as(row).isTrue();
        return matcher.group(1);
    }

    private static String property(String getter) {
        return getter.substring(getter.startsWith("is") ? "is".length() : "get".length());
    }
}
