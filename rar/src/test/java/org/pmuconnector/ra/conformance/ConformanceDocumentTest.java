package org.pmuconnector.ra.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That docs/conformance.md names the tests that there are, and all of this package under the sections that they carry. */
class ConformanceDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "conformance.md");
    private static final List<Path> TEST_SOURCES =
            List.of(Path.of("src", "test", "java"), Path.of("..", "src", "it", "src", "test", "java"));
    private static final Pattern ROW = Pattern.compile("\\| ([0-9]+[0-9.]*) [^|]+ \\| [^|]{10,} \\| (`[^|]+`) \\|");
    private static final Pattern TEST = Pattern.compile("`([A-Za-z0-9]+)(?:\\.([A-Za-z0-9_]+))?`");

    /** An annotation, and no end of a method before the name that follows. */
    private static final String BEFORE_A_TEST = "(?s)@(?:Test|ParameterizedTest)\\b(?:(?!\n {4}}).)*? void ";

    private static final String SOURCE = ".java";

    /** A test under a section: of a class, or of one of its methods; the method is empty for all. */
    private record Named(String section, String testClass, String method) {}

    static List<Named> named() throws IOException {
        return Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.startsWith("|"))
                .filter(line -> !line.startsWith("| section") && !line.startsWith("|---"))
                .flatMap(ConformanceDocumentTest::ofRow)
                .toList();
    }

    private static Stream<Named> ofRow(String line) {
        var row = ROW.matcher(line);
        assertThat(row.matches()).as(line).isTrue();
        List<MatchResult> tests = TEST.matcher(row.group(2)).results().toList();
        assertThat(tests).as(line).isNotEmpty();
        return tests.stream()
                .map(test -> new Named(row.group(1), test.group(1), test.group(2) == null ? "" : test.group(2)));
    }

    private static List<Path> sources() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : TEST_SOURCES) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(file -> file.toString().endsWith(SOURCE)).forEach(found::add);
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("named")
    void test_named_exists(Named test) throws IOException {
        List<Path> sources = sources().stream()
                .filter(file -> file.endsWith(test.testClass() + SOURCE))
                .toList();
        assertThat(sources).as("%s", test).hasSize(1);
        String source = Files.readString(sources.get(0));
        if (test.method().isEmpty()) {
            assertThat(source).containsPattern("@Test|@ParameterizedTest|@ArchTest");
        } else {
            assertThat(source).containsPattern(BEFORE_A_TEST + test.method() + "\\(");
        }
    }

    @Test
    void tests_ofThisPackage_areNamedUnderTheirSections() throws Exception {
        List<String> namedHere = named().stream()
                .filter(test -> isHere(test.testClass()))
                .map(test -> test.section() + " " + test.testClass() + "." + test.method())
                .toList();

        assertThat(namedHere).containsOnlyOnceElementsOf(carried()).hasSameElementsAs(carried());
    }

    private static boolean isHere(String testClass) {
        return Files.exists(folder().resolve(testClass + SOURCE));
    }

    private static Path folder() {
        return TEST_SOURCES
                .get(0)
                .resolve(ConformanceDocumentTest.class.getPackageName().replace('.', '/'));
    }

    /** What the annotations say; a test without one does not belong here. */
    private static List<String> carried() throws IOException, ClassNotFoundException {
        List<String> carried = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder())) {
            for (Path file : files.filter(path -> path.toString().endsWith("ConformanceTest" + SOURCE))
                    .toList()) {
                String name = file.getFileName().toString().replace(SOURCE, "");
                Class<?> testClass = Class.forName(ConformanceDocumentTest.class.getPackageName() + "." + name);
                for (Method test : testClass.getDeclaredMethods()) {
                    boolean isTest =
                            test.isAnnotationPresent(Test.class) || test.isAnnotationPresent(ParameterizedTest.class);
                    Section section = test.getAnnotation(Section.class);
                    assertThat(section != null).as("%s", test).isEqualTo(isTest);
                    if (section != null) {
                        Arrays.stream(section.value())
                                .forEach(number -> carried.add(number + " " + name + "." + test.getName()));
                    }
                }
            }
        }
        assertThat(carried).isNotEmpty();
        return carried;
    }
}
