package org.pmuconnector.verbs.disni;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Random;

/**
 * Calls every native method that takes a handle with handles that name nothing; each has to refuse them. A process of its
 * own, which dies where the library is wrong. {@code main(SEED, CALLS)}
 */
final class NativeGarbage {

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

    private final Random random;

    private NativeGarbage(long seed) {
        this.random = new Random(seed);
    }

    /** Prints one line for each method: its name and {@code refused}, or what it did. */
    public static void main(String[] arguments) throws Exception {
        NativeGarbage garbage = new NativeGarbage(Long.parseLong(arguments[0]));
        int calls = Integer.parseInt(arguments[1]);
        for (Method method : HandleCalls.methods()) {
            System.out.println(method.getName() + " " + garbage.callAll(method, calls));
        }
    }

    private String callAll(Method method, int calls) throws IllegalAccessException {
        for (int call = 0; call < calls; call++) {
            long handle = call < HANDLES.size() ? HANDLES.get(call) : random.nextLong();
            String result = HandleCalls.call(method, handle);
            if (!result.equals("refused")) {
                return "handle 0x" + Long.toHexString(handle) + ": " + result;
            }
        }
        return "refused";
    }
}
