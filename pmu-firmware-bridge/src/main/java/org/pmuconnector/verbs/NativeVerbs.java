package org.pmuconnector.verbs;

import java.io.IOException;
import java.nio.file.Path;

/** What {@link VerbsProvider} asks of the classes behind its class loader. Not for anybody else. */
public interface NativeVerbs {

    /**
     * Loads a native library for the class loader of this object's class.
     *
     * @throws UnsatisfiedLinkError if the file is no library for this platform, lacks a library that it needs, or belongs to
     *     another class loader
     */
    void load(Path library);

    /**
     * Makes DiSNI find its library and compare versions.
     *
     * @return the version of the native library
     * @throws IOException if it is another one than DiSNI's classes want
     * @throws UnsatisfiedLinkError if the library is none of DiSNI's
     */
    int open() throws IOException;

    /**
     * Opens and closes a channel to the kernel's connection manager.
     *
     * @throws IOException with the kernel's reason, if there is no connection manager or no device
     */
    void probe() throws IOException;
}
