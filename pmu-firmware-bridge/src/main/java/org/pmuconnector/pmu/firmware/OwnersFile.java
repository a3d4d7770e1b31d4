package org.pmuconnector.pmu.firmware;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Files that nobody but their owner may read or write, where the file system knows of such things. */
public final class OwnersFile {

    private static final Set<PosixFilePermission> OWNER_ALONE =
            Set.copyOf(EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

    private OwnersFile() {}

    /** Makes a file that must not exist yet. */
    public static FileChannel create(Path file) throws IOException {
        FileAttribute<?>[] attributes = isPosix(file)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ALONE)}
                : new FileAttribute<?>[0];
        return FileChannel.open(file, Set.of(CREATE_NEW, READ, WRITE), attributes);
    }

    /** Makes sure that a file that was made is still there after a loss of power: its folder is persisted. */
    public static void persistEntry(Path file) throws IOException {
        if (isPosix(file)) {
            try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), READ)) {
                folder.force(true);
            }
        }
    }

    /** Whether somebody else may access a file too. */
    public static boolean isOpenToOthers(Path file) throws IOException {
        return isPosix(file) && !OWNER_ALONE.containsAll(Files.getPosixFilePermissions(file));
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
