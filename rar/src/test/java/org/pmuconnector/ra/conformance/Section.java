package org.pmuconnector.ra.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which sections of Jakarta Connectors a test proves a rule of, numbered as in docs/conformance.md. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Section {

    /** Such as {@code 6.5.3}. */
    String[] value();
}
