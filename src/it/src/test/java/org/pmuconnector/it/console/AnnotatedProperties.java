package org.pmuconnector.it.console;

import jakarta.resource.spi.ConfigProperty;
import java.beans.Introspector;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What the annotations in the adapter's classes say. */
final class AnnotatedProperties {

    private AnnotatedProperties() {}

    /**
     * The names of a class's configuration properties, and their defaults.
     *
     * @param className without the package
     */
    static Map<String, String> of(String className) throws IOException, ClassNotFoundException {
        Map<String, String> defaults = new TreeMap<>();
        Path classes = Path.of(System.getProperty("pmu.rar.classes"));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            for (Method method :
                    loader.loadClass("org.pmuconnector.ra." + className).getMethods()) {
                ConfigProperty property = method.getAnnotation(ConfigProperty.class);
                if (property != null) {
                    String name = method.getName().substring("set".length());
                    defaults.put(Introspector.decapitalize(name), property.defaultValue());
                }
            }
        }
        return defaults;
    }
}
