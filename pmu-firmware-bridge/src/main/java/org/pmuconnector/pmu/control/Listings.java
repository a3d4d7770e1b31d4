package org.pmuconnector.pmu.control;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.pmuconnector.control.wire.ListConnections;
import org.pmuconnector.control.wire.ListConnectionsReply;
import org.pmuconnector.control.wire.ListKeys;
import org.pmuconnector.control.wire.ListKeysReply;
import org.pmuconnector.control.wire.ListRegions;
import org.pmuconnector.control.wire.ListRegionsReply;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.PersistentMemoryManager;

/** Lists, cut into parts that fit into one message each. */
final class Listings {

    /** The most entries of one part: the manager's lock is held no longer than it takes to note so many. */
    private static final int MOST_ENTRIES = 500;

    /** The length of one part: half of the longest control message, since the entry that exceeds it is still in. */
    private static final int PART_BYTES = 32 * 1024;

    /** The beginning of a list. */
    private record Part<M>(List<M> entries, boolean more) {

        static <S, M extends Message> Part<M> of(List<S> found, Function<S, M> wire) {
            List<M> entries = new ArrayList<>(found.size());
            int bytes = 0;
            for (S one : found) {
                if (bytes >= PART_BYTES) {
                    return new Part<>(entries, true);
                }
                M entry = wire.apply(one);
                bytes += entry.getSerializedSize();
                entries.add(entry);
            }
            return new Part<>(entries, found.size() == MOST_ENTRIES);
        }
    }

    private Listings() {}

    static ListRegionsReply regions(PersistentMemoryManager manager, long connectionId, ListRegions request)
            throws PmuException {
        var part = Part.of(manager.regions().list(connectionId, request.getAfter(), MOST_ENTRIES), WireTypes::region);
        return ListRegionsReply.newBuilder()
                .addAllRegions(part.entries)
                .setMore(part.more)
                .build();
    }

    static ListConnectionsReply connections(PersistentMemoryManager manager, long connectionId, ListConnections request)
            throws PmuException {
        var part = Part.of(
                manager.connections().list(connectionId, request.getAfter(), MOST_ENTRIES), WireTypes::connection);
        return ListConnectionsReply.newBuilder()
                .addAllConnections(part.entries)
                .setMore(part.more)
                .build();
    }

    static ListKeysReply keys(PersistentMemoryManager manager, long connectionId, ListKeys request)
            throws PmuException {
        var part =
                Part.of(manager.connections().listKeys(connectionId, request.getAfter(), MOST_ENTRIES), WireTypes::key);
        return ListKeysReply.newBuilder()
                .addAllKeys(part.entries)
                .setMore(part.more)
                .build();
    }
}
