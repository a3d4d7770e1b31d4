package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.pmuconnector.model.PmuException;

/**
 * Which memory a unit's file is used as, and for which devices: where these cannot be given it, staging memory stands in
 * front of it.
 *
 * @param kind what the file is used as
 * @param pinning what the devices accept
 */
public record MemoryChoice(MemoryKind kind, Pinning pinning) {

    /** Checks that both are there. */
    public MemoryChoice {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(pinning);
    }

    /** That kind, for no device. */
    public static MemoryChoice of(MemoryKind kind) {
        return new MemoryChoice(kind, Pinning.NOT_WANTED);
    }

    /**
     * Maps a unit's file, as {@link MemoryKind#open} does.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if the file's place does not offer this memory
     * @throws IOException if the file cannot be mapped, or there is not enough memory to stage it
     */
    public PersistentMemory open(Path file, FileChannel channel, long sizeBytes) throws IOException, PmuException {
        PersistentMemory memory = kind.open(file, channel, sizeBytes);
        return pinning == Pinning.NOT_WANTED ? memory : StagedMemory.unlessPinned(memory, pinning);
    }
}
