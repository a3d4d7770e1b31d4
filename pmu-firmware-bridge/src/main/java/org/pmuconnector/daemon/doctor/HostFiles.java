package org.pmuconnector.daemon.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The files of a host below a root folder, which is {@code /} but for tests. What cannot be read is empty: a device may
 * be unplugged at any moment, and a file may be refused. Reads are bounded, and characters that a terminal would obey
 * are replaced.
 */
final class HostFiles {

    private static final System.Logger LOG = System.getLogger(HostFiles.class.getName());

    /** The longest are the tables of modules and of mounts. */
    private static final int MOST_BYTES = 1 << 20;

    private static final int MOST_LINE_CHARACTERS = 200;

    /** A port of a software device has a thousand places for GIDs. */
    private static final int MOST_NAMES = 4096;

    /** Such as mlx5_2 before mlx5_10. */
    private static final Comparator<String> BY_NUMBER = Comparator.comparing(HostFiles::withoutNumber)
            .thenComparing(String::length)
            .thenComparing(Comparator.naturalOrder());

    private final Path root;

    HostFiles(Path root) {
        this.root = root;
    }

    private static String withoutNumber(String name) {
        int end = name.length();
        while (end > 0 && Character.isDigit(name.charAt(end - 1))) {
            end--;
        }
        return name.substring(0, end);
    }

    private Path at(String path) {
        return root.resolve(path.substring(1));
    }

    /** A file's first line, cut where it is longer than any that sysfs has. */
    String line(String path) {
        String line = lines(path).stream().findFirst().orElse("").strip();
        return line.length() > MOST_LINE_CHARACTERS ? line.substring(0, MOST_LINE_CHARACTERS) + "…" : line;
    }

    /** A file's lines, the first {@value #MOST_BYTES} bytes of them. */
    List<String> lines(String path) {
        Path file = at(path);
        if (!Files.isRegularFile(file)) { // A pipe would never end.
            return List.of();
        }
        try (InputStream bytes = Files.newInputStream(file)) {
            String text = new String(bytes.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
            return text.lines().map(HostFiles::shown).toList();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "reading " + file, e);
            return List.of();
        }
    }

    /** The names in a folder, by the numbers at their ends, without those that cannot be shown as they are. */
    List<String> names(String folder) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(at(folder))) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (names.size() < MOST_NAMES && name.equals(shown(name))) {
                    names.add(name);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.DEBUG, () -> "listing " + folder, e);
        }
        names.sort(BY_NUMBER);
        return List.copyOf(names);
    }

    boolean exists(String path) {
        return Files.exists(at(path));
    }

    /** The last name of what a symbolic link points to. */
    String linkedName(String link) {
        try {
            Path target = Files.readSymbolicLink(at(link)).getFileName();
            return target == null ? "" : shown(target.toString());
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(Level.DEBUG, () -> "reading the link " + link, e);
            return "";
        }
    }

    /** Opens a file for reading and writing, and closes it: only that asks everybody who may refuse. */
    DeviceFile open(String path) {
        try {
            FileChannel.open(at(path), StandardOpenOption.READ, StandardOpenOption.WRITE)
                    .close();
            return new DeviceFile(path, true, "");
        } catch (NoSuchFileException e) {
            return new DeviceFile(path, false, "it is not there");
        } catch (AccessDeniedException e) {
            return new DeviceFile(path, true, "Permission denied");
        } catch (FileSystemException e) {
            return new DeviceFile(path, true, e.getReason() == null ? "it cannot be opened" : e.getReason());
        } catch (IOException | UnsupportedOperationException e) {
            return new DeviceFile(path, true, shown(String.valueOf(e.getMessage())));
        }
    }

    /** Whether there is such a file, or the folder that it would be in. */
    boolean hasRoomFor(Path path) {
        Path file = at(path);
        return Files.exists(file) || Files.isDirectory(file.getParent());
    }

    private Path at(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        return root.resolve(absolute.getRoot().relativize(absolute));
    }

    /** Where a path leads to in the end, or as far as there is something. */
    String realPath(Path path) {
        for (Path part = at(path); part != null && part.startsWith(root); part = part.getParent()) {
            try {
                return "/" + root.toRealPath().relativize(part.toRealPath());
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "resolving a path", e);
            }
        }
        return "/";
    }

    /** A text without characters that a terminal would obey or could not show. */
    static String shown(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> shown.appendCodePoint(isPrinted(c) ? c : c == '\t' ? ' ' : '?'));
        return shown.toString();
    }

    private static boolean isPrinted(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
