package org.pmuconnector.ra;

import java.io.Serializable;
import java.util.Objects;

/**
 * Keeps a JavaBean's properties as they are while it is in use. The adapter declares no property that could be
 * reconfigured then, so a server asks for that by mistake, and learns of it by the exception (Connectors 5.3.7,
 * Configuration Property Attributes). To set what is set already changes nothing and is let pass: some servers configure a
 * bean twice. Safe for use by many threads; a copy of a bean is open.
 */
final class Seal implements Serializable {

    private static final long serialVersionUID = 1L;

    private transient volatile boolean closed;

    /** From now on no property changes. */
    void close() {
        closed = true;
    }

    /** The bean is not in use any more. */
    void open() {
        closed = false;
    }

    /**
     * What a property is to be; neither value is told, as it may be a password.
     *
     * @throws IllegalStateException if that differs from what it is, and the bean is in use
     */
    <T> T checked(String property, T before, T after) {
        if (closed && !Objects.equals(before, after)) {
            throw new IllegalStateException("property " + property + " cannot change while it is in use: configure it"
                    + " before, and deploy or create anew what is to have another value");
        }
        return after;
    }
}
