package org.pmuconnector.pmu.memory;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Whether a device, and the kernel beneath it, accept memory to be pinned for remote access. */
@FunctionalInterface
public interface Pinning {

    /** No device wants any. */
    Pinning NOT_WANTED = buffer -> Optional.empty();

    /** Why a direct buffer's memory cannot be pinned; nothing if it can. */
    Optional<String> refusal(ByteBuffer buffer);
}
