package org.pmuconnector.pmu.firmware;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.UUID;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.MemoryChoice;
import org.pmuconnector.pmu.memory.MemoryKind;
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.memory.VolatileMemory;

/**
 * A unit in a file: making one, and having one open alone. One thread at a time; the memory may be used by many.
 */
public final class UnitFile implements AutoCloseable {

    private static final int SUPERBLOCK_BYTES = 2 * UnitLayout.PAGE_BYTES;

    private final Path path;
    private final String mark;
    private final FileChannel channel;
    private final boolean noted;
    private final PersistentMemory memory;

    private UnitFile(Path path, String mark, FileChannel channel, boolean noted, PersistentMemory memory) {
        this.path = path;
        this.mark = mark;
        this.channel = channel;
        this.noted = noted;
        this.memory = memory;
    }

    /**
     * Makes a new unit in a file that must not exist yet. The file is sparse: it takes up room as it is used.
     * Nobody but its owner may read it.
     *
     * @param path the file, or a symbolic link to where it shall be: what belongs to the unit stands beside the link
     * @param sizeBytes {@link UnitLayout#MIN_SIZE_BYTES} to {@link UnitLayout#MAX_SIZE_BYTES}
     * @param managerKey the Ed25519 key whose owner may program the unit's tables
     * @throws PmuException {@code BAD_CONFIGURATION} for a size out of range, {@code UNIT_EXISTS}, {@code UNIT_IO}
     */
    public static void format(Path path, long sizeBytes, PublicKey managerKey) throws PmuException {
        requireAbsent(path, sizeBytes);
        try {
            format(path, linked(path), sizeBytes, managerKey);
        } catch (FileAlreadyExistsException e) {
            throw exists(path, e);
        } catch (IOException e) {
            throw io(path, "cannot be formatted", e);
        }
    }

    private static Path linked(Path path) throws IOException {
        return Files.isSymbolicLink(path) ? path.resolveSibling(Files.readSymbolicLink(path)) : path;
    }

    private static void format(Path path, Path file, long sizeBytes, PublicKey managerKey)
            throws IOException, PmuException {
        try (FileChannel channel = OwnersFile.create(file)) {
            try {
                MemoryKind.requireSize(path, sizeBytes);
                // Mapping makes the file as long as that, also where it cannot be written to.
                Superblock.format(MemoryKind.AUTO.open(path, channel, sizeBytes), UUID.randomUUID(), managerKey);
                channel.force(true);
                OwnersFile.persistEntry(file);
            } catch (IOException | PmuException e) {
                // What is half made is of no use and would stand in the way of a second try.
                Files.deleteIfExists(file);
                throw e;
            }
        }
    }

    /**
     * Says early whether {@link #format} must fail, before anything is made for it.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} for a size out of range or a folder that holds units alone,
     *     {@code UNIT_EXISTS}, {@code UNIT_IO}
     */
    public static void requireAbsent(Path path, long sizeBytes) throws PmuException {
        if (sizeBytes < UnitLayout.MIN_SIZE_BYTES || sizeBytes > UnitLayout.MAX_SIZE_BYTES) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION, "a unit of " + sizeBytes + " bytes; it must have 1 MiB to 1 TiB");
        }
        if (Files.exists(path)) {
            throw exists(path, null);
        }
        Path folder = path.toAbsolutePath().getParent();
        try {
            MemoryKind.requireRoomForFiles(folder);
        } catch (IOException e) {
            throw io(path, "cannot be formatted", e);
        }
    }

    private static PmuException exists(Path path, Exception cause) {
        return new PmuException(
                ErrorCode.UNIT_EXISTS,
                path + " exists and is not overwritten; remove it or choose another path",
                cause);
    }

    /**
     * Opens a unit for this process alone, as whatever memory its place offers.
     *
     * @throws PmuException as {@link #open(Path, MemoryChoice)}
     */
    public static UnitFile open(Path path) throws PmuException {
        return open(path, MemoryChoice.of(MemoryKind.AUTO));
    }

    /**
     * Opens a unit for this process alone.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if the file's place does not offer that memory,
     *     {@code UNIT_NOT_FORMATTED}, {@code UNIT_IN_USE}, {@code UNIT_DAMAGED}, {@code UNIT_FORMAT_UNSUPPORTED} or
     *     {@code UNIT_IO}; the file has not been changed
     */
    public static UnitFile open(Path path, MemoryChoice choice) throws PmuException {
        return open(path, true, choice);
    }

    /**
     * Opens a unit for reading, while nobody has it open for writing.
     *
     * @throws PmuException as {@link #open}
     */
    public static UnitFile openForReading(Path path) throws PmuException {
        return open(path, false, MemoryChoice.of(MemoryKind.AUTO));
    }

    private static UnitFile open(Path path, boolean writable, MemoryChoice choice) throws PmuException {
        if (!Files.isRegularFile(path)) {
            throw new PmuException(
                    ErrorCode.UNIT_NOT_FORMATTED,
                    path + (Files.exists(path) ? " is not a file" : " does not exist")
                            + "; make a unit with 'pmu format'");
        }
        try {
            String mark = UnitOwner.mark(path);
            FileChannel channel = null;
            try {
                channel = writable ? FileChannel.open(path, READ, WRITE) : FileChannel.open(path, READ);
                lock(path, channel, writable);
                PersistentMemory memory = map(path, channel, writable, choice);
                if (writable) {
                    UnitOwner.writeNote(path);
                }
                return new UnitFile(path, mark, channel, writable, memory);
            } catch (IOException | PmuException | RuntimeException e) {
                if (channel != null) {
                    channel.close();
                }
                UnitOwner.unmark(mark);
                throw e;
            }
        } catch (IOException e) {
            throw io(path, "cannot be opened", e);
        }
    }

    private static void lock(Path path, FileChannel channel, boolean writable) throws IOException, PmuException {
        FileLock lock;
        try {
            lock = channel.tryLock(0, Long.MAX_VALUE, !writable);
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw UnitOwner.inUse(path);
        }
    }

    private static PersistentMemory map(Path path, FileChannel channel, boolean writable, MemoryChoice choice)
            throws IOException, PmuException {
        String where = "unit " + path;
        long length = channel.size();
        long size = Superblock.find(Superblock.pages(head(channel)), where).sizeBytes();
        if (length < size) {
            throw new PmuException(
                    ErrorCode.UNIT_DAMAGED,
                    where + " has been cut short: " + length + " of " + size + " bytes; restore it from a copy");
        }
        return writable ? choice.open(path, channel, size) : MemoryKind.openForReading(path, channel, size);
    }

    /** The superblock's pages, read without mapping: the file may be shorter than any unit, and is not trusted yet. */
    private static PersistentMemory head(FileChannel channel) throws IOException {
        ByteBuffer pages = ByteBuffer.allocate(SUPERBLOCK_BYTES);
        int count = 0;
        while (pages.hasRemaining() && count >= 0) {
            count = channel.read(pages, pages.position());
        }
        VolatileMemory copy = new VolatileMemory(SUPERBLOCK_BYTES);
        copy.write(0, pages.clear(), SUPERBLOCK_BYTES);
        return copy;
    }

    /** The unit's memory. */
    public PersistentMemory memory() {
        return memory;
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** Gives the file up for others to open. */
    @Override
    public void close() throws PmuException {
        if (!channel.isOpen()) {
            return;
        }
        try (channel) {
            memory.close();
            if (noted) {
                // While the lock is still held: the next owner's note must not be the one that goes.
                UnitOwner.removeNote(path);
            }
        } catch (IOException e) {
            throw io(path, "could not be closed", e);
        } finally {
            UnitOwner.unmark(mark);
        }
    }

    private static PmuException io(Path path, String what, IOException cause) {
        return new PmuException(ErrorCode.UNIT_IO, "unit " + path + " " + what + ": " + FileFault.reason(cause), cause);
    }
}
