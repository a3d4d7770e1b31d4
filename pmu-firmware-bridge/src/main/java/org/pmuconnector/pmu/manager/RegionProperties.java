package org.pmuconnector.pmu.manager;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/**
 * What a region is made with and keeps for life.
 *
 * @param name 1 to 128 letters, digits, dots, underscores and hyphens
 * @param sizeBytes a multiple of 64 KiB and of the number of extents, at least 256 KiB
 * @param maxBaseBytes the longest base, at most a quarter of the size
 * @param level that its writers ask for
 * @param retention what frees room
 */
public record RegionProperties(
        String name, long sizeBytes, long maxBaseBytes, PersistenceLevel level, Retention retention) {

    /** The smallest region: 256 KiB. */
    public static final long MIN_SIZE_BYTES = 256 * 1024;

    /** Of a name in a message. */
    private static final int SHOWN_CHARACTERS = 40;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");
    private static final int DEFAULT_BASE_SHARE = 8;
    private static final int LARGEST_BASE_SHARE = 4;

    /**
     * Properties as asked for, with what was left open filled in.
     *
     * @param sizeBytes rounded up to the next multiple of 64 KiB for each GiB of it
     * @param maxBaseBytes 0 for an eighth of the size
     * @param level null for the highest offered
     * @param retention null for {@link Retention#BASE}
     * @param offered the highest level of the unit's memory
     * @throws PmuException {@code BAD_CONFIGURATION} or {@code LEVEL_NOT_OFFERED}
     */
    public static RegionProperties of(
            String name,
            long sizeBytes,
            long maxBaseBytes,
            PersistenceLevel level,
            Retention retention,
            PersistenceLevel offered)
            throws PmuException {
        long size = sizeBytes < MIN_SIZE_BYTES
                ? sizeBytes
                : RegionSize.atLeast(sizeBytes).sizeBytes();
        return checked(name, size, maxBaseBytes, level, retention, offered);
    }

    /** The same, of a size that is not to be rounded. */
    static RegionProperties checked(
            String name,
            long sizeBytes,
            long maxBaseBytes,
            PersistenceLevel level,
            Retention retention,
            PersistenceLevel offered)
            throws PmuException {
        if (!isName(name)) {
            throw bad("region name '" + shown(name) + "': use 1 to 128 letters, digits, dots, underscores and hyphens");
        }
        if (sizeBytes < MIN_SIZE_BYTES || sizeBytes > RegionSize.MAX_SIZE_BYTES) {
            throw bad("region " + name + ": a size of " + sizeBytes + " bytes; it must be 256 KiB to 1 TiB");
        }
        long base = maxBaseBytes == 0 ? sizeBytes / DEFAULT_BASE_SHARE : maxBaseBytes;
        if (base < 0 || base > sizeBytes / LARGEST_BASE_SHARE) {
            throw bad("region " + name + ": a longest base of " + base + " bytes; it can be a quarter of the size, "
                    + sizeBytes / LARGEST_BASE_SHARE + " bytes");
        }
        PersistenceLevel chosen = level == null ? offered : level;
        if (!offered.satisfies(chosen)) {
            throw new PmuException(
                    ErrorCode.LEVEL_NOT_OFFERED,
                    "region " + name + ": the unit's memory offers " + offered + " at most, not " + chosen);
        }
        return new RegionProperties(name, sizeBytes, base, chosen, retention == null ? Retention.BASE : retention);
    }

    /** Whether a region or a subscription can have that name. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** A name that a peer sent, short and printable enough for a message. */
    static String shown(String name) {
        return name.length() <= SHOWN_CHARACTERS
                ? printable(name, name.length())
                : printable(name, SHOWN_CHARACTERS) + "...";
    }

    /** The beginning of a text without what a terminal might obey. */
    static String printable(String text, int mostCharacters) {
        return text.substring(0, Math.min(text.length(), mostCharacters)).replaceAll("[^\\x20-\\x7e]", "?");
    }

    /**
     * What these properties have otherwise than those, for a person; empty if they will do: a region that has grown is
     * still what it was made as, and more room than asked for is no fault.
     */
    String differences(RegionProperties others) {
        List<String> found = new ArrayList<>();
        if (others.sizeBytes > sizeBytes) {
            compare(found, "size", sizeBytes, others.sizeBytes);
        }
        if (others.maxBaseBytes > maxBaseBytes) {
            compare(found, "longest base", maxBaseBytes, others.maxBaseBytes);
        }
        compare(found, "level", level, others.level);
        compare(found, "retention", retention, others.retention);
        return String.join(", ", found);
    }

    private static void compare(List<String> found, String what, Object have, Object asked) {
        if (!have.equals(asked)) {
            found.add(what + " " + have + " and not " + asked);
        }
    }

    private static PmuException bad(String message) {
        return new PmuException(ErrorCode.BAD_CONFIGURATION, message);
    }
}
