package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.impl.NatObject;
import com.ibm.disni.verbs.impl.NativeDispatcher;
import java.lang.reflect.Constructor;

/** The library's functions, without the checks that DiSNI's objects make before they call them. */
final class Raw {

    /** What has the native methods. */
    static final NativeDispatcher LIBRARY = open();

    private Raw() {}

    private static NativeDispatcher open() {
        try {
            Constructor<NativeDispatcher> constructor = NativeDispatcher.class.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("DiSNI's dispatcher cannot be made", e);
        }
    }

    /** The library's handle of one of DiSNI's objects. */
    static long handle(Object object) {
        return ((NatObject) object).getObjId();
    }
}
