package org.pmuconnector.daemon.doctor;

import java.math.BigInteger;
import java.util.List;

/**
 * What this process may use.
 *
 * @param lockedMemoryBytes that may be pinned
 * @param openFiles how many
 * @param locksAnyway whether it has the right to pin more than that (CAP_IPC_LOCK)
 */
public record ProcessLimits(ResourceLimit lockedMemoryBytes, ResourceLimit openFiles, boolean locksAnyway) {

    private static final int CAP_IPC_LOCK = 14;
    private static final String EFFECTIVE = "CapEff:";

    static ProcessLimits read(HostFiles files) {
        List<String> limits = files.lines("/proc/self/limits");
        return new ProcessLimits(
                ResourceLimit.find(limits, "Max locked memory"),
                ResourceLimit.find(limits, "Max open files"),
                files.lines("/proc/self/status").stream().anyMatch(ProcessLimits::allowsLocking));
    }

    private static boolean allowsLocking(String line) {
        String digits =
                line.startsWith(EFFECTIVE) ? line.substring(EFFECTIVE.length()).strip() : "";
        return digits.matches("\\p{XDigit}{1,32}") && new BigInteger(digits, 16).testBit(CAP_IPC_LOCK);
    }
}
