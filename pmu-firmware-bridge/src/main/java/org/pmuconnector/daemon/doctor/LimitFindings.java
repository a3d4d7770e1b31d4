package org.pmuconnector.daemon.doctor;

import java.util.List;
import java.util.function.LongFunction;
import org.pmuconnector.instance.RegionSettings;

/** What is to be said about the limits of this process, which stand for those of a unit or server started likewise. */
final class LimitFindings {

    private static final String LOCKED_MEMORY = "locked memory";
    private static final String OPEN_FILES = "open files";
    private static final String UNLIMITED = "unlimited";
    private static final int KIB_SHIFT = 10;
    private static final int MIB_SHIFT = 20;

    /** Below that, servers run out of them without RDMA. */
    private static final long FEW_FILES = 1024;

    private static final long REGION_BYTES = RegionSettings.DEFAULT_SIZE_BYTES;

    private LimitFindings() {}

    static List<Finding> of(ProcessLimits limits) {
        return List.of(openFiles(limits.openFiles()), lockedMemory(limits));
    }

    private static Finding lockedMemory(ProcessLimits limits) {
        long soft = limits.lockedMemoryBytes().soft();
        if (soft == ResourceLimit.UNLIMITED) {
            return Finding.ok(LOCKED_MEMORY, UNLIMITED);
        }
        if (soft == ResourceLimit.UNKNOWN) {
            return unknown(LOCKED_MEMORY, "ulimit -l");
        }
        String shown = size(soft) + hard(limits.lockedMemoryBytes(), LimitFindings::size);
        String pins = "each connection pins the region that it opens, and the unit pins it once for each connection";
        if (soft >= REGION_BYTES) {
            return Finding.ok(
                    LOCKED_MEMORY,
                    shown + ", which is " + soft / REGION_BYTES + " times a region of " + size(REGION_BYTES) + ": "
                            + pins);
        }
        return Finding.warning(
                LOCKED_MEMORY,
                shown + ", less than a region has by default, " + size(REGION_BYTES) + ": " + pins
                        + (limits.locksAnyway()
                                ? "; this process may pin more (CAP_IPC_LOCK), but not with every driver (siw)"
                                : ""),
                "Raise it where it is started (systemd: LimitMEMLOCK=infinity)",
                "ulimit -l unlimited");
    }

    private static Finding openFiles(ResourceLimit limit) {
        long soft = limit.soft();
        if (soft == ResourceLimit.UNKNOWN) {
            return unknown(OPEN_FILES, "ulimit -n");
        }
        if (soft < FEW_FILES) {
            return Finding.warning(
                    OPEN_FILES,
                    soft + hard(limit, Long::toString) + " are few: each connection takes some",
                    "Raise it where it is started (systemd: LimitNOFILE=65536)",
                    "ulimit -n 65536");
        }
        return Finding.ok(OPEN_FILES, soft == ResourceLimit.UNLIMITED ? UNLIMITED : soft + hard(limit, Long::toString));
    }

    /** How far a limit may be raised without being root, where that is further. */
    private static String hard(ResourceLimit limit, LongFunction<String> shown) {
        if (limit.hard() == limit.soft()) {
            return "";
        }
        String hard = limit.hard() == ResourceLimit.UNLIMITED ? UNLIMITED : shown.apply(limit.hard());
        return " (hard limit: " + hard + ")";
    }

    private static Finding unknown(String subject, String command) {
        return Finding.warning(subject, "the limit could not be read from /proc/self/limits", "Ask the shell", command);
    }

    private static String size(long bytes) {
        if (bytes % (1L << MIB_SHIFT) == 0) {
            return (bytes >> MIB_SHIFT) + " MiB";
        }
        return bytes % (1L << KIB_SHIFT) == 0 ? (bytes >> KIB_SHIFT) + " KiB" : bytes + " bytes";
    }
}
