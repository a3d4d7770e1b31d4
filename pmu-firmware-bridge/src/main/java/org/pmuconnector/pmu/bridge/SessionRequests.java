package org.pmuconnector.pmu.bridge;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.wire.ApplyTables;
import org.pmuconnector.pmu.bridge.wire.BindKey;
import org.pmuconnector.pmu.bridge.wire.BridgeReply;
import org.pmuconnector.pmu.bridge.wire.BridgeRequest;
import org.pmuconnector.pmu.bridge.wire.Copy;
import org.pmuconnector.pmu.bridge.wire.MapSlot;
import org.pmuconnector.pmu.bridge.wire.PhysicalExtent;
import org.pmuconnector.pmu.bridge.wire.ReadCatalog;
import org.pmuconnector.pmu.bridge.wire.Wipe;
import org.pmuconnector.pmu.bridge.wire.WriteCatalog;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;

/** What the messages of a manager ask of its session, and back. */
final class SessionRequests {

    private SessionRequests() {}

    /** Carries a request out; the reply has no id yet. */
    static BridgeReply.Builder carryOut(BridgeRequest request, BridgeSession session) throws PmuException {
        BridgeReply.Builder reply = BridgeReply.newBuilder();
        switch (request.getBodyCase()) {
            case READ_CATALOG -> {
                ReadCatalog read = request.getReadCatalog();
                for (byte[] entry : session.readCatalogEntries(read.getFirstSlot(), read.getCount())) {
                    reply.addEntries(UnsafeByteOperations.unsafeWrap(entry));
                }
            }
            case WRITE_CATALOG -> {
                WriteCatalog write = request.getWriteCatalog();
                session.writeCatalogEntry(write.getSlot(), write.getEntry().toByteArray());
            }
            case APPLY_TABLES -> reply.addAllKeys(session.apply(batch(request.getApplyTables())));
            case ROTATE_KEY -> session.rotateKey(key(request.getRotateKey().getManagerKey()));
            case WIPE -> {
                Wipe wipe = request.getWipe();
                session.wipe(wipe.getOffset(), wipe.getLengthBytes());
            }
            case COPY -> {
                Copy copy = request.getCopy();
                session.copy(copy.getFromOffset(), copy.getToOffset(), copy.getLengthBytes());
            }
            case PING -> reply.clearEntries();
            case BODY_NOT_SET ->
                throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a request that this release does not know");
        }
        return reply;
    }

    /** The message that asks for a batch. */
    static ApplyTables message(TableBatch batch) {
        ApplyTables.Builder message = ApplyTables.newBuilder();
        message.addAllRevoke(batch.revoked()).addAllUnmap(batch.unmapped());
        for (TableBatch.Placement placement : batch.mapped()) {
            Mapping mapping = placement.mapping();
            MapSlot.Builder map = MapSlot.newBuilder().setSlot(placement.slot());
            long offset = 0;
            for (int i = 0; i < mapping.extentCount(); i++) {
                long length = mapping.contiguousBytes(i, offset);
                map.addExtents(PhysicalExtent.newBuilder()
                        .setOffset(mapping.physicalOffset(i, offset))
                        .setLengthBytes(length));
                offset += length;
            }
            message.addMap(map);
        }
        for (KeyBinding binding : batch.bound()) {
            message.addBind(BindKey.newBuilder()
                    .setProtectionDomain(binding.protectionDomain())
                    .setBaseAddress(binding.baseAddress())
                    .setLengthBytes(binding.lengthBytes())
                    .setRead(binding.rights().contains(Right.READ))
                    .setWrite(binding.rights().contains(Right.WRITE))
                    .setEpoch(binding.epoch()));
        }
        return message.build();
    }

    private static TableBatch batch(ApplyTables message) throws PmuException {
        TableBatch batch = new TableBatch();
        message.getRevokeList().forEach(batch::revoke);
        message.getUnmapList().forEach(batch::unmap);
        try {
            for (MapSlot map : message.getMapList()) {
                batch.map(map.getSlot(), mapping(map.getExtentsList()));
            }
            for (BindKey bind : message.getBindList()) {
                batch.bind(binding(bind));
            }
        } catch (IllegalArgumentException e) {
            throw new PmuException(ErrorCode.INTERNAL, "table operation refused: " + e.getMessage(), e);
        }
        return batch;
    }

    private static Mapping mapping(List<PhysicalExtent> pieces) {
        List<Extent> extents = new ArrayList<>(pieces.size());
        long offset = 0;
        for (PhysicalExtent piece : pieces) {
            extents.add(new Extent(offset, piece.getOffset(), piece.getLengthBytes()));
            offset += piece.getLengthBytes();
        }
        return new Mapping(extents);
    }

    private static KeyBinding binding(BindKey bind) {
        Set<Right> rights = EnumSet.noneOf(Right.class);
        if (bind.getRead()) {
            rights.add(Right.READ);
        }
        if (bind.getWrite()) {
            rights.add(Right.WRITE);
        }
        return new KeyBinding(
                bind.getProtectionDomain(), bind.getBaseAddress(), bind.getLengthBytes(), rights, bind.getEpoch());
    }

    /** An Ed25519 public key of its X.509 encoding. */
    static PublicKey key(ByteString encoded) throws PmuException {
        try {
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded.toByteArray()));
        } catch (GeneralSecurityException e) {
            throw new PmuException(ErrorCode.BAD_CONFIGURATION, "a manager key that is no Ed25519 public key", e);
        }
    }
}
