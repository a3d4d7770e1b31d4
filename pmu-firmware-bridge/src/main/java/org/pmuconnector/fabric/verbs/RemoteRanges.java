package org.pmuconnector.fabric.verbs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegisteredRange;

/**
 * What to name to the unit's device for the keys of one connection: the unit's keys and addresses are not the device's. It
 * translates and judges nothing: an access beyond a key's range, or under a key that this connection was not given, is named
 * to the device all the same, which refuses it. For one thread at a time.
 */
final class RemoteRanges {

    /** The pieces of one key, by address. */
    private static final class Ranges {

        private final long[] addresses;
        private final long[] remoteAddresses;
        private final int[] keys;

        private Ranges(List<RegisteredRange> ranges) {
            int count = ranges.size();
            addresses = new long[count];
            remoteAddresses = new long[count];
            keys = new int[count];
            for (int i = 0; i < count; i++) {
                addresses[i] = ranges.get(i).getAddress();
                remoteAddresses[i] = ranges.get(i).getRemoteAddress();
                keys[i] = ranges.get(i).getRkey();
            }
        }
    }

    private final Map<Integer, Ranges> byKey = new HashMap<>();
    private int remoteKey;
    private long remoteAddress;
    private int lengthBytes;

    /** Takes note of a key that was given to this connection. */
    void add(OpenRegionReply opened) {
        if (opened.getRangesCount() > 0) {
            byKey.put(opened.getKey(), new Ranges(opened.getRangesList()));
        }
    }

    /** Finds what to name for the beginning of an access; the results are those of the three methods that follow. */
    void locate(int key, long address, int wantedBytes) {
        Ranges ranges = byKey.get(key);
        if (ranges == null) {
            remoteKey = key;
            remoteAddress = address;
            lengthBytes = wantedBytes;
            return;
        }
        int index = 0;
        while (index + 1 < ranges.addresses.length && address - ranges.addresses[index + 1] >= 0) {
            index++;
        }
        boolean last = index + 1 == ranges.addresses.length;
        // Behind the end the device is asked for all of it, as one, and refuses it.
        long left = last ? wantedBytes : ranges.addresses[index + 1] - address;
        remoteKey = ranges.keys[index];
        remoteAddress = ranges.remoteAddresses[index] + (address - ranges.addresses[index]);
        lengthBytes = left > 0 && left < wantedBytes ? (int) left : wantedBytes;
    }

    /** The device's key. */
    int remoteKey() {
        return remoteKey;
    }

    /** The device's address. */
    long remoteAddress() {
        return remoteAddress;
    }

    /** How much of the access it is good for. */
    int lengthBytes() {
        return lengthBytes;
    }
}
