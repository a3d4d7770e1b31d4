package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Which memory a unit's file is used as. It is chosen each time the unit is started and not when it is made: what is
 * possible depends on where the file is mounted now, and a copy may be elsewhere.
 */
public enum MemoryKind {
    /** What the file's place offers: memory alone, else persistent memory itself, else the page cache. */
    AUTO {
        @Override
        PersistentMemory map(Place place) throws IOException, PmuException {
            if (place.isMemoryAlone()) {
                return PINNED.map(place);
            }
            DaxMemory dax = place.daxOrNull();
            return dax == null ? FILE.map(place) : dax;
        }
    },

    /** The operating system's page cache, written through on demand. Offers {@code PERSISTENT}. */
    FILE {
        @Override
        PersistentMemory map(Place place) throws IOException, PmuException {
            if (place.isMemoryAlone()) {
                throw place.refused("is gone with the power, and cannot be written through; use 'auto' or 'pinned'");
            }
            return new MappedFileMemory(
                    place.file, place.fileSystem, place.channel, place.sizeBytes, FileChannel.MapMode.READ_WRITE);
        }
    },

    /** Persistent memory itself, on a file system mounted with DAX. Offers {@code PERSISTENT}. */
    DAX {
        @Override
        PersistentMemory map(Place place) throws IOException, PmuException {
            if (place.isMemoryAlone()) {
                throw place.refused("is no persistent memory; use 'auto' or 'pinned'");
            }
            try {
                return DaxMemory.map(place.file, place.fileSystem, place.channel, place.sizeBytes);
            } catch (IOException e) {
                throw place.refused("does not offer persistent memory directly (" + e.getMessage()
                        + "); mount a file system with DAX, or use 'auto' or 'file'");
            }
        }
    },

    /** Memory alone, on tmpfs or hugetlbfs. Offers {@code VISIBLE} and no more. */
    PINNED {
        @Override
        PersistentMemory map(Place place) throws IOException, PmuException {
            if (!place.isMemoryAlone()) {
                throw place.refused("is no memory; put the unit on tmpfs or hugetlbfs, or use 'auto' or 'file'");
            }
            return place.pinned(FileChannel.MapMode.READ_WRITE);
        }
    };

    private static final String HUGE_PAGES = "hugetlbfs";

    /** File systems that are gone with the power. */
    private static final Set<String> MEMORY_ALONE = Set.of("tmpfs", "ramfs", "devtmpfs", HUGE_PAGES);

    /**
     * Maps a unit's file. A file that is shorter grows.
     *
     * @param file the channel's file, to find out about its file system
     * @param channel open for reading and writing
     * @throws PmuException {@code BAD_CONFIGURATION} if the file's place does not offer this memory
     * @throws IOException if the file cannot be mapped
     */
    public PersistentMemory open(Path file, FileChannel channel, long sizeBytes) throws IOException, PmuException {
        return map(Place.of(file, channel, sizeBytes));
    }

    /**
     * The same, only to be read: a write is a {@link java.nio.ReadOnlyBufferException}.
     *
     * @param channel open for reading, at least {@code sizeBytes} long
     * @throws IOException if the file cannot be mapped
     */
    public static PersistentMemory openForReading(Path file, FileChannel channel, long sizeBytes) throws IOException {
        Place place = Place.of(file, channel, sizeBytes);
        return place.isMemoryAlone()
                ? place.pinned(FileChannel.MapMode.READ_ONLY)
                : new MappedFileMemory(file, place.fileSystem, channel, sizeBytes, FileChannel.MapMode.READ_ONLY);
    }

    /**
     * Whether a file in that folder can be as long as that: on hugetlbfs, a whole number of its pages.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if it cannot
     * @throws IOException if the folder cannot be looked at
     */
    public static void requireSize(Path folder, long sizeBytes) throws IOException, PmuException {
        FileStore store = Files.getFileStore(folder);
        if (store.type().equals(HUGE_PAGES) && sizeBytes % store.getBlockSize() != 0) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    folder + " has pages of " + store.getBlockSize() + " bytes, and a unit of " + sizeBytes
                            + " bytes is no whole number of them; choose a multiple");
        }
    }

    /**
     * Whether a folder can hold what belongs to a unit beside its file: on hugetlbfs, no file can be written to.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if it cannot
     * @throws IOException if the folder cannot be looked at
     */
    public static void requireRoomForFiles(Path folder) throws IOException, PmuException {
        if (Files.getFileStore(folder).type().equals(HUGE_PAGES)) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    folder + " is on " + HUGE_PAGES + ", which holds a unit but not the key and the users beside it;"
                            + " make a symbolic link to the unit's file in another folder and name that link");
        }
    }

    abstract PersistentMemory map(Place place) throws IOException, PmuException;

    static boolean isMemoryAlone(String fileSystem) {
        return MEMORY_ALONE.contains(fileSystem);
    }

    /** A file and where it is. */
    private record Place(Path file, String fileSystem, FileChannel channel, long sizeBytes) {

        static Place of(Path file, FileChannel channel, long sizeBytes) throws IOException {
            return new Place(file, Files.getFileStore(file).type(), channel, sizeBytes);
        }

        boolean isMemoryAlone() {
            return MemoryKind.isMemoryAlone(fileSystem);
        }

        /** Null where that is not offered, which is what most file systems say. */
        DaxMemory daxOrNull() {
            try {
                return DaxMemory.map(file, fileSystem, channel, sizeBytes);
            } catch (IOException e) {
                System.getLogger(MemoryKind.class.getName())
                        .log(System.Logger.Level.DEBUG, "{0} is not on DAX: {1}", file, e.getMessage());
                return null;
            }
        }

        PinnedMemory pinned(FileChannel.MapMode mode) throws IOException {
            try {
                return new PinnedMemory(file, fileSystem, channel, sizeBytes, mode);
            } catch (IOException e) {
                if (fileSystem.equals(HUGE_PAGES)) {
                    throw new IOException(
                            "cannot be mapped; are "
                                    + sizeBytes / Files.getFileStore(file).getBlockSize()
                                    + " huge pages free (vm.nr_hugepages)?",
                            e);
                }
                throw e;
            }
        }

        PmuException refused(String why) {
            return new PmuException(ErrorCode.BAD_CONFIGURATION, file + " is on " + fileSystem + ", which " + why);
        }
    }
}
