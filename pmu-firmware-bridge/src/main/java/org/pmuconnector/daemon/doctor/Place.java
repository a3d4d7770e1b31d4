package org.pmuconnector.daemon.doctor;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a unit is, or is to be.
 *
 * @param path as it was asked for
 * @param present whether that is there, or the folder that it would be in
 * @param mountPoint of its file system; empty if that could not be told
 * @param fileSystem its type, such as ext4
 * @param dax whether it maps its memory straight into processes
 */
public record Place(String path, boolean present, String mountPoint, String fileSystem, boolean dax) {

    /** Those that are memory and nothing else: there is nothing that pinned pages would have to be written to. */
    private static final Set<String> MEMORY_ALONE = Set.of("tmpfs", "devtmpfs", "hugetlbfs");

    private static final Set<String> DAX_OPTIONS = Set.of("dax", "dax=always");
    private static final Pattern ESCAPE = Pattern.compile("\\\\([0-3][0-7]{2})");
    private static final int MOUNT_POINT_FIELD = 4;
    private static final int FIRST_OPTIONAL_FIELD = 6;

    static Place read(HostFiles files, Path path) {
        String real = files.realPath(path);
        Place best = new Place(HostFiles.shown(path.toString()), files.hasRoomFor(path), "", "", false);
        for (String line : files.lines("/proc/self/mountinfo")) {
            Place at = best.on(List.of(line.split(" ", -1)));
            // A mount hides those before it at the same point.
            if (isBelow(real, at.mountPoint) && at.mountPoint.length() >= best.mountPoint.length()) {
                best = at;
            }
        }
        return new Place(best.path, best.present, HostFiles.shown(best.mountPoint), best.fileSystem, best.dax);
    }

    /** This place, if it were on a mount: a row of /proc/self/mountinfo, whose optional fields end with a dash. */
    private Place on(List<String> row) {
        List<String> optional = row.subList(Math.min(FIRST_OPTIONAL_FIELD, row.size()), row.size());
        int dash = optional.indexOf("-");
        List<String> last = optional.subList(dash + 1, optional.size()); // Type, source, options.
        if (dash < 0 || last.size() < 3) {
            return this;
        }
        boolean mapped = Arrays.stream(last.get(2).split(",", -1)).anyMatch(DAX_OPTIONS::contains);
        return new Place(path, present, unescaped(row.get(MOUNT_POINT_FIELD)), last.get(0), mapped);
    }

    private static String unescaped(String field) {
        Matcher escapes = ESCAPE.matcher(field);
        return escapes.replaceAll(escape -> Matcher.quoteReplacement("" + (char) Integer.parseInt(escape.group(1), 8)));
    }

    private static boolean isBelow(String path, String mountPoint) {
        return mountPoint.equals("/") || path.equals(mountPoint) || path.startsWith(mountPoint + "/");
    }

    boolean isMemoryAlone() {
        return MEMORY_ALONE.contains(fileSystem);
    }
}
