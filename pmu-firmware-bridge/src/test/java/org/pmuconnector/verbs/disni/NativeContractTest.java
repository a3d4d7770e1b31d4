package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The library's prototypes are those that DiSNI's class asks for; the compiler holds the functions to them. */
class NativeContractTest {

    private static final Path HEADER = Path.of("src/main/native/disni/dispatcher.h");
    private static final Pattern PROTOTYPE =
            Pattern.compile("^DISNI\\((\\w+), (\\w+)\\)\\(JNIEnv \\*env, jobject self([^;]*)\\);", Pattern.MULTILINE);

    @Test
    void prototypes_ofTheHeader_areTheNativeMethodsOfTheClass() throws Exception {
        assertThat(prototypes()).isEqualTo(nativeMethods());
    }

    /** Each method's name, and its types as C names them: result, then parameters. */
    private static Map<String, String> nativeMethods() throws ClassNotFoundException {
        // Not initialised: that would load the library.
        Class<?> dispatcher = Class.forName(
                "com.ibm.disni.verbs.impl.NativeDispatcher", false, NativeContractTest.class.getClassLoader());
        return Arrays.stream(dispatcher.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .collect(Collectors.toMap(
                        method -> method.getName().substring(1),
                        NativeContractTest::types,
                        (one, other) -> one + " and " + other,
                        TreeMap::new));
    }

    private static String types(Method method) {
        return Stream.concat(Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()))
                .map(type -> type == void.class ? "void" : "j" + type.getName())
                .collect(Collectors.joining(" "));
    }

    private static Map<String, String> prototypes() throws IOException {
        Map<String, String> prototypes = new TreeMap<>();
        Matcher matcher = PROTOTYPE.matcher(Files.readString(HEADER));
        while (matcher.find()) {
            String parameters = matcher.group(3).replaceAll("\\s+", " ").replaceAll(", (\\w+) \\w+", " $1");
            prototypes.put(matcher.group(2), matcher.group(1) + parameters);
        }
        return prototypes;
    }
}
