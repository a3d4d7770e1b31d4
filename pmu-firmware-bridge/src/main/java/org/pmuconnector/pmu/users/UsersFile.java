package org.pmuconnector.pmu.users;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.OwnersFile;

/**
 * The file beside a unit's that keeps its users: readable by its owner alone, and always replaced whole, so that whoever
 * reads it, a running unit or a start after a loss of power, finds the old users or the new ones. Safe for use by many
 * threads and processes.
 */
public final class UsersFile {

    /** A change that is made to the users. */
    @FunctionalInterface
    public interface Change {
        /** What they shall be. */
        UserDirectory apply(UserDirectory users) throws PmuException;
    }

    /**
     * Tells one content of the file from the next without reading it.
     *
     * @param key the file system's own, null where it has none
     * @param modified in its finest unit
     * @param sizeBytes of the file
     */
    record Stamp(Object key, long modified, long sizeBytes) {

        /** There is no file. */
        static final Stamp ABSENT = new Stamp(null, -1, -1);
    }

    private static final int MOST_BYTES = 4 << 20;

    private final Path file;

    /** The file of a unit's users. */
    public UsersFile(Path unit) {
        this.file = unit.resolveSibling(unit.getFileName() + ".users");
    }

    private UsersFile(Path key, String suffix) {
        String name = key.getFileName().toString();
        this.file = key.resolveSibling(
                (name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : name) + ".users");
    }

    /** The file of a unit's users where only its manager's key is, {@code PATH.key}: {@code PATH.users} beside that. */
    public static UsersFile besideKey(Path key) {
        return new UsersFile(key, ".key");
    }

    /** Where it is. */
    public Path path() {
        return file;
    }

    /**
     * Reads the users; none if there is no such file.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if the file cannot be understood or others than its owner may access
     *     it, {@code UNIT_IO} if it cannot be read
     */
    public UserDirectory load() throws PmuException {
        try {
            if (Files.notExists(file)) {
                return UserDirectory.EMPTY;
            }
            if (OwnersFile.isOpenToOthers(file)) {
                throw refused("may be accessed by others than its owner; run 'chmod 600' on it", null);
            }
            if (Files.size(file) > MOST_BYTES) {
                throw refused("is longer than " + MOST_BYTES + " bytes", null);
            }
            return UsersFormat.read(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return UserDirectory.EMPTY;
        } catch (IllegalArgumentException e) {
            throw refused("cannot be understood: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new PmuException(ErrorCode.UNIT_IO, "users' file " + file + " cannot be read: " + e, e);
        }
    }

    Stamp stamp() throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(
                    attributes.fileKey(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), attributes.size());
        } catch (NoSuchFileException e) {
            return Stamp.ABSENT;
        }
    }

    /**
     * Changes the users. When this returns the change is persisted; a running unit sees it within a second or two.
     *
     * @throws PmuException as {@link #load} and what the change throws; {@code UNIT_IN_USE} while another process makes a
     *     change
     */
    public UserDirectory change(Change change) throws PmuException {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        try (FileChannel locked = openOwners(lockFile);
                FileLock lock = tryLock(locked)) {
            if (lock == null) {
                throw new PmuException(
                        ErrorCode.UNIT_IN_USE,
                        "another process is just changing users' file " + file + "; try again when it is done");
            }
            UserDirectory changed = change.apply(load());
            replace(UsersFormat.write(changed));
            return changed;
        } catch (IOException e) {
            throw new PmuException(ErrorCode.UNIT_IO, "users' file " + file + " cannot be written: " + e, e);
        }
    }

    private static FileChannel openOwners(Path path) throws IOException {
        if (Files.notExists(path)) {
            try {
                return OwnersFile.create(path);
            } catch (FileAlreadyExistsException e) {
                // Another process was faster: its file serves as well.
                return FileChannel.open(path, WRITE);
            }
        }
        return FileChannel.open(path, CREATE, WRITE);
    }

    /** Null where another process, or another thread of this one, has it. */
    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Under the lock: the new file is persisted, then takes the old one's place, then the folder is persisted. */
    private void replace(String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel = OwnersFile.create(fresh)) {
            ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        OwnersFile.persistEntry(file);
    }

    private PmuException refused(String why, Exception cause) {
        return new PmuException(ErrorCode.BAD_CONFIGURATION, "users' file " + file + " " + why, cause);
    }
}
