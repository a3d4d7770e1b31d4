package org.pmuconnector.pmu.manager;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.ProtectionTable;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.translation.VirtualAddress;

/** Which connection holds which keys. One thread at a time, under the manager's lock. */
final class KeyRing {

    private static final Set<Right> TO_READ = EnumSet.of(Right.READ);
    private static final Set<Right> TO_WRITE = EnumSet.of(Right.READ, Right.WRITE);

    private final BridgeSession session;
    private final int keysPerConnection;
    private final BiConsumer<ManagedConnection, String> disconnect;

    /** Who holds each key. */
    private final NavigableMap<Integer, Holding> holdings = new TreeMap<>(Integer::compareUnsigned);

    private record Holding(ManagedConnection holder, KeyBinding binding) {}

    KeyRing(BridgeSession session, int keysPerConnection, BiConsumer<ManagedConnection, String> disconnect) {
        this.session = session;
        this.keysPerConnection = keysPerConnection;
        this.disconnect = disconnect;
    }

    int boundCount() {
        return holdings.size();
    }

    /** Binds a key for the whole region to a connection. */
    OpenedRegion open(ManagedConnection connection, ManagedRegion region, boolean write) throws PmuException {
        if (connection.region != null && connection.region != region) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "this connection is for region " + connection.region.name() + "; use another one for "
                            + region.name());
        }
        if (connection.keys.size() >= keysPerConnection) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "this connection has " + connection.keys.size() + " keys, as many as it may");
        }
        long base = VirtualAddress.base(region.slot);
        KeyBinding binding = new KeyBinding(
                connection.id, base, region.entry.getSizeBytes(), write ? TO_WRITE : TO_READ, region.entry.getEpoch());
        int key = session.apply(new TableBatch().bind(binding)).get(0);
        connection.region = region;
        region.users.add(connection);
        connection.keys.add(key);
        holdings.put(key, new Holding(connection, binding));
        if (write) {
            region.writeKeys.add(key);
        }
        return new OpenedRegion(key, base, region.status());
    }

    /** Revokes all keys for writing to a region; no access under them can land when this returns. */
    void revokeWriters(ManagedRegion region) throws PmuException {
        revoke(List.copyOf(region.writeKeys));
    }

    /** Revokes all keys for a region, for reading too; no access under them can land when this returns. */
    void revokeRegion(ManagedRegion region) throws PmuException {
        revoke(region.users.stream().flatMap(user -> user.keys.stream()).toList());
    }

    /** Disconnects all that have had keys for a region. */
    void disconnectUsers(ManagedRegion region, String reason) {
        List.copyOf(region.users).forEach(connection -> disconnect.accept(connection, reason));
    }

    /** Revokes all keys of a connection; no access under them can land when this returns. */
    void revokeAll(ManagedConnection connection) throws PmuException {
        revoke(List.copyOf(connection.keys));
    }

    private void revoke(Collection<Integer> keys) throws PmuException {
        if (keys.isEmpty()) {
            return;
        }
        TableBatch batch = new TableBatch();
        keys.forEach(batch::revoke);
        session.apply(batch);
        for (int key : keys) {
            ManagedConnection holder = holdings.remove(key).holder;
            holder.keys.remove(key);
            holder.region.writeKeys.remove(key);
        }
    }

    /** At most so many keys, those behind an index, by index. */
    List<KeyStatus> list(int afterIndex, int most, Predicate<ManagedConnection> shown) {
        return holdings.tailMap(ProtectionTable.lastKeyOf(afterIndex), false).entrySet().stream()
                .filter(entry -> shown.test(entry.getValue().holder))
                .limit(most)
                .map(entry -> status(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static KeyStatus status(int key, Holding holding) {
        KeyBinding binding = holding.binding;
        return new KeyStatus(
                ProtectionTable.indexOf(key),
                holding.holder.id,
                holding.holder.region.name(),
                binding.rights().contains(Right.WRITE),
                binding.epoch(),
                binding.lengthBytes());
    }

    /** Disconnects those of a region's connections whose instance is gone. */
    void disconnectGone(ManagedRegion region) {
        List<ManagedConnection> gone = new ArrayList<>();
        for (ManagedConnection connection : region.users) {
            if (connection.instance != null && !connection.instance.isPresent()) {
                gone.add(connection);
            }
        }
        gone.forEach(connection -> disconnect.accept(connection, "its instance is gone, and the region was claimed"));
    }
}
