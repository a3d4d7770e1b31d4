package org.pmuconnector.pmu.nic.verbs;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.Map;
import org.pmuconnector.pmu.nic.DeviceNic;
import org.pmuconnector.pmu.nic.VerbsPeer;

/**
 * Where the unit's side of a connection has its frames. No peer is told that; the tests find it in the private fields of
 * classes that they cannot name, as another class loader defines them.
 */
record MessageMemory(int key, long address, ByteBuffer memory) {

    /** How much that is: frames to send, then frames to receive. */
    static final int LENGTH_BYTES = 2 * VerbsPeer.WINDOW * VerbsPeer.FRAME_BYTES;

    static MessageMemory of(DeviceNic nic, long connectionId) throws ReflectiveOperationException {
        Object stream = ((Map<?, ?>) field(nic, "byDomain")).get(connectionId);
        Object messages = field(stream, "messages");
        return new MessageMemory((int) field(messages, "localKey"), (long) field(messages, "address"), (ByteBuffer)
                field(messages, "memory"));
    }

    private static Object field(Object object, String name) throws ReflectiveOperationException {
        Field field = object.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }
}
