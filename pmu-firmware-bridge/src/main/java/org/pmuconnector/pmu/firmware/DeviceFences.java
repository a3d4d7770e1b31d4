package org.pmuconnector.pmu.firmware;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.DeviceFence;
import org.pmuconnector.pmu.protection.ProtectionEntry;
import org.pmuconnector.pmu.protection.ProtectionTable;

/** The devices that have been given memory, to be fenced before keys are revoked. Safe for use by many threads. */
final class DeviceFences {

    private final List<DeviceFence> fences = new CopyOnWriteArrayList<>();

    void add(DeviceFence fence) {
        fences.add(fence);
    }

    void remove(DeviceFence fence) {
        fences.remove(fence);
    }

    /** Ends the connections of those keys at all devices; when this returns, none of their accesses can land any more. */
    void fence(ProtectionTable table, Iterable<Integer> keys) throws PmuException {
        if (fences.isEmpty()) {
            return;
        }
        Set<Long> domains = new HashSet<>();
        for (int key : keys) {
            ProtectionEntry entry = table.lookup(key);
            if (entry != null) {
                domains.add(entry.binding().protectionDomain());
            }
        }
        if (domains.isEmpty()) {
            return;
        }
        for (DeviceFence fence : fences) {
            fence.fence(domains);
        }
    }
}
