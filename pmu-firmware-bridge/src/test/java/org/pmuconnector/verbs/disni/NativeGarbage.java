package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.impl.NativeDispatcher;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Calls every native method that takes a handle with handles that name nothing. Each has to refuse them: by an
 * {@link IOException} where it declares one, by a negative result where not. A process of its own, which dies where the
 * library is wrong. {@code main(SEED, CALLS)}
 */
final class NativeGarbage {

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

    private static final List<Long> HANDLES = List.of(
            0L,
            1L,
            -1L,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            0x7f00_0000_1000L,
            0x1_0000_0001L,
            0x1_0000_0007L,
            0x1_ffff_ff08L);

    private final NativeDispatcher dispatcher;
    private final Random random;

    private NativeGarbage(NativeDispatcher dispatcher, long seed) {
        this.dispatcher = dispatcher;
        this.random = new Random(seed);
    }

    /** Prints one line for each method: its name and {@code refused}, or what it did. */
    public static void main(String[] arguments) throws Exception {
        Constructor<NativeDispatcher> constructor = NativeDispatcher.class.getDeclaredConstructor();
        constructor.setAccessible(true);
        NativeGarbage garbage = new NativeGarbage(constructor.newInstance(), Long.parseLong(arguments[0]));
        int calls = Integer.parseInt(arguments[1]);
        Method[] methods = Arrays.stream(NativeDispatcher.class.getDeclaredMethods())
                .filter(method -> Modifier.isNative(method.getModifiers()))
                .filter(method -> Arrays.asList(method.getParameterTypes()).contains(long.class))
                .sorted(Comparator.comparing(Method::getName))
                .toArray(Method[]::new);
        for (Method method : methods) {
            System.out.println(method.getName() + " " + garbage.callAll(method, calls));
        }
    }

    private String callAll(Method method, int calls) throws IllegalAccessException {
        for (int call = 0; call < calls; call++) {
            long handle = call < HANDLES.size() ? HANDLES.get(call) : random.nextLong();
            String result = call(method, handle);
            if (!result.equals("refused")) {
                return "handle 0x" + Long.toHexString(handle) + ": " + result;
            }
        }
        return "refused";
    }

    private String call(Method method, long handle) throws IllegalAccessException {
        boolean declares = Arrays.asList(method.getExceptionTypes()).contains(IOException.class);
        try {
            Object result = method.invoke(dispatcher, values(method, handle));
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
