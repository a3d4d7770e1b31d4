package org.pmuconnector.daemon;

import picocli.CommandLine.TypeConversionException;

/** How what a device has written becomes persistent. Chosen by the operator, never guessed. */
enum PersistenceMethod {
    /** The unit's processor makes the range persistent when it is asked to: right on any memory. */
    GENERAL_PURPOSE,

    /**
     * Reading back makes it so: right only on persistent memory that the device writes to directly, past the processor's
     * caches.
     */
    APPLIANCE;

    static PersistenceMethod parse(String text) {
        return switch (text) {
            case "general-purpose" -> GENERAL_PURPOSE;
            case "appliance" -> APPLIANCE;
            default -> throw new TypeConversionException("'" + text + "' is neither 'general-purpose' nor 'appliance'");
        };
    }
}
