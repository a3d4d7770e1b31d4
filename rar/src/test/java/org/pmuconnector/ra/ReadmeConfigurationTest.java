package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.resource.spi.ConfigProperty;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's tables of configuration properties and its examples say what the annotations say. */
class ReadmeConfigurationTest {

    private static final Path README = Path.of("..", "README.md");
    private static final String ONE_PROPERTY = "(?:^|(?<!\\\\):)([A-Za-z]+)=";
    private static final String OF_A_COMMAND = " [^\n]*?--property '?([^' ]+)";
    private static final String OF_A_DEFINITION = "\\([^)]*?properties = \\{(.+?)}\\)";

    @ParameterizedTest
    @ValueSource(
            classes = {
                PmuResourceAdapter.class,
                CheckpointManagedConnectionFactory.class,
                CheckpointActivationSpec.class,
                CheckpointRegionMonitor.class
            })
    void readme_containsTheTableOfProperties(Class<?> configured) throws IOException {
        String readme = Files.readString(README);
        assertThat(readme).as("the README").contains(table(configured));
    }

    @ParameterizedTest
    @CsvSource({
        "create-resource-adapter-config, org.pmuconnector.ra.PmuResourceAdapter",
        "create-connector-connection-pool, org.pmuconnector.ra.CheckpointManagedConnectionFactory",
        "create-admin-object, org.pmuconnector.ra.CheckpointRegionMonitor"
    })
    void readme_commands_nameProperties(String command, Class<?> configured) throws IOException {
        assertThat(examples(command + OF_A_COMMAND, ONE_PROPERTY)).isNotEmpty().isSubsetOf(names(configured));
    }

    @ParameterizedTest
    @CsvSource({
        "ConnectionFactoryDefinition, org.pmuconnector.ra.CheckpointManagedConnectionFactory",
        "AdministeredObjectDefinition, org.pmuconnector.ra.CheckpointRegionMonitor"
    })
    void readme_definitions_nameProperties(String annotation, Class<?> configured) throws IOException {
        assertThat(examples("@" + annotation + OF_A_DEFINITION, "\"([A-Za-z]+)="))
                .isNotEmpty()
                .isSubsetOf(names(configured));
    }

    @Test
    void readme_activations_nameProperties() throws IOException {
        assertThat(examples("activationConfig = \\{(.+?)}\\)", "propertyName = \"([A-Za-z]+)\""))
                .isNotEmpty()
                .isSubsetOf(names(CheckpointActivationSpec.class));
    }

    @Test
    void readme_classesAndInterfaces_exist() throws Exception {
        List<String> classes = examples("(.+)", "(org\\.pmuconnector\\.(?:ra|checkpoint)\\.[A-Z][A-Za-z]+)");
        assertThat(classes).contains(CheckpointRegionMonitor.class.getName());
        for (String name : classes) {
            assertThat(Class.forName(name)).isPublic();
        }
    }

    /** What a pattern's group finds in each place of the README that another pattern's group is. */
    private static List<String> examples(String place, String wanted) throws IOException {
        return Pattern.compile(place, Pattern.DOTALL)
                .matcher(Files.readString(README))
                .results()
                .flatMap(
                        found -> Pattern.compile(wanted).matcher(found.group(1)).results())
                .map(found -> found.group(1))
                .toList();
    }

    private static List<String> names(Class<?> configured) {
        return Stream.of(configured.getMethods())
                .filter(method -> method.isAnnotationPresent(ConfigProperty.class))
                .map(ReadmeConfigurationTest::name)
                .toList();
    }

    private static String table(Class<?> configured) {
        List<Method> setters = Stream.of(configured.getMethods())
                .filter(method -> method.isAnnotationPresent(ConfigProperty.class))
                .sorted(Comparator.comparing(ReadmeConfigurationTest::name))
                .toList();
        assertThat(setters).isNotEmpty();
        return setters.stream()
                .map(ReadmeConfigurationTest::row)
                .collect(Collectors.joining("", "| property | type | default | meaning |\n|---|---|---|---|\n", ""));
    }

    private static String row(Method setter) {
        ConfigProperty property = setter.getAnnotation(ConfigProperty.class);
        String value = property.defaultValue().isEmpty() ? "empty" : "`" + property.defaultValue() + "`";
        return "| `" + name(setter) + "` | " + property.type().getSimpleName() + " | " + value + " | "
                + String.join(" ", property.description()) + " |\n";
    }

    private static String name(Method setter) {
        String name = setter.getName().substring("set".length());
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
