package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.resource.spi.ConfigProperty;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's tables of configuration properties say what the annotations say. */
class ReadmeConfigurationTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                PmuResourceAdapter.class,
                CheckpointManagedConnectionFactory.class,
                CheckpointActivationSpec.class,
                CheckpointRegionMonitor.class
            })
    void readme_containsTheTableOfProperties(Class<?> configured) throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        assertThat(readme).as("the README").contains(table(configured));
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
