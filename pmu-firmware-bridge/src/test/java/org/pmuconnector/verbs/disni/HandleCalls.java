package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.impl.NativeDispatcher;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Calls the native methods that take handles, each with one handle wherever it takes one. A method that refuses it throws
 * an {@link IOException} where it declares one, and returns a negative result where not.
 */
final class HandleCalls {

    private static final int EBADF = 9;

    /** Which parameters are addresses of memory and no handles; none of these may be touched for a handle refused. */
    private static final Map<String, List<Integer>> ADDRESSES = Map.ofEntries(
            Map.entry("_getCmEvent", List.of(1, 2)),
            Map.entry("_bindAddr", List.of(1)),
            Map.entry("_resolveAddr", List.of(1, 2)),
            Map.entry("_connect", List.of(3)),
            Map.entry("_getSrcAddr", List.of(1)),
            Map.entry("_getDstAddr", List.of(1)),
            Map.entry("_modifyQP", List.of(1)),
            Map.entry("_regMr", List.of(1, 4, 5, 6)),
            Map.entry("_expPrefetchMr", List.of(1)),
            Map.entry("_postSend", List.of(1)),
            Map.entry("_postRecv", List.of(1)),
            Map.entry("_pollCQ", List.of(2)));

    private HandleCalls() {}

    /** All of these methods. */
    static List<Method> methods() {
        return Arrays.stream(NativeDispatcher.class.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .filter(method -> Arrays.asList(method.getParameterTypes()).contains(long.class))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    /** What a call does: {@code refused}, or something else. */
    static String call(Method method, long handle) throws IllegalAccessException {
        boolean declares = Arrays.asList(method.getExceptionTypes()).contains(IOException.class);
        try {
            Object result = method.invoke(Raw.LIBRARY, values(method, handle));
            return !declares && result instanceof Integer number && number == -EBADF ? "refused" : "returned " + result;
        } catch (InvocationTargetException e) {
            boolean refused = declares
                    && e.getCause() instanceof IOException cause
                    && cause.getMessage().endsWith(": Bad file descriptor (errno " + EBADF + ")");
            return refused ? "refused" : e.getCause().toString();
        }
    }

    private static Object[] values(Method method, long handle) {
        Class<?>[] types = method.getParameterTypes();
        List<Integer> addresses = ADDRESSES.getOrDefault(method.getName(), List.of());
        Object[] values = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            if (types[i] == long.class) {
                values[i] = addresses.contains(i) ? Memory.ADDRESS : handle;
            } else if (types[i] == short.class) {
                values[i] = (short) 1;
            } else if (types[i] == byte.class) {
                values[i] = (byte) 1;
            } else {
                values[i] = 2;
            }
        }
        return values;
    }
}
