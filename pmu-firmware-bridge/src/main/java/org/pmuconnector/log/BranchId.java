package org.pmuconnector.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A branch of a distributed transaction: the X/Open XA identifier, and the adapter instance that prepared it.
 *
 * <p>Durable form, as the payload of a prepared or outcome record:
 *
 * <pre>
 *  0        4      5      6      8       8+g        8+g+b
 *  +--------+------+------+------+--------+----------+----------+
 *  | format | g    | b    | n    | global | branch   | instance |
 *  +--------+------+------+------+--------+----------+----------+
 * </pre>
 */
public final class BranchId {

    /** The most bytes of a global transaction id or a branch qualifier (X/Open XA). */
    public static final int MAX_PART_BYTES = 64;

    /** The most bytes of an instance name in UTF-8. */
    public static final int MAX_INSTANCE_BYTES = 128;

    private static final int FIXED_BYTES = 8;

    /** The most bytes of the durable form. */
    static final int MAX_ENCODED_BYTES = FIXED_BYTES + 2 * MAX_PART_BYTES + MAX_INSTANCE_BYTES;

    private final int formatId;
    private final byte[] globalTransactionId;
    private final byte[] branchQualifier;
    private final String instanceName;
    private final byte[] instanceNameBytes;

    /** Copies the arrays. */
    public BranchId(int formatId, byte[] globalTransactionId, byte[] branchQualifier, String instanceName) {
        if (globalTransactionId.length > MAX_PART_BYTES || branchQualifier.length > MAX_PART_BYTES) {
            throw new IllegalArgumentException("an XA id has parts of at most " + MAX_PART_BYTES + " bytes");
        }
        this.instanceNameBytes = instanceName.getBytes(StandardCharsets.UTF_8);
        if (instanceNameBytes.length > MAX_INSTANCE_BYTES) {
            throw new IllegalArgumentException("instance name longer than " + MAX_INSTANCE_BYTES + " bytes");
        }
        if (!instanceName.equals(new String(instanceNameBytes, StandardCharsets.UTF_8))) {
            throw new IllegalArgumentException("instance name that UTF-8 cannot express");
        }
        this.formatId = formatId;
        this.globalTransactionId = globalTransactionId.clone();
        this.branchQualifier = branchQualifier.clone();
        this.instanceName = instanceName;
    }

    /** The XA format id. */
    public int formatId() {
        return formatId;
    }

    /** A copy of the global transaction id. */
    public byte[] globalTransactionId() {
        return globalTransactionId.clone();
    }

    /** A copy of the branch qualifier. */
    public byte[] branchQualifier() {
        return branchQualifier.clone();
    }

    /** The adapter instance whose transaction manager decides. */
    public String instanceName() {
        return instanceName;
    }

    /** The bytes of the durable form. */
    int encodedBytes() {
        return FIXED_BYTES + globalTransactionId.length + branchQualifier.length + instanceNameBytes.length;
    }

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(encodedBytes());
        out.putInt(formatId);
        out.put((byte) globalTransactionId.length);
        out.put((byte) branchQualifier.length);
        out.putShort((short) instanceNameBytes.length);
        out.put(globalTransactionId).put(branchQualifier).put(instanceNameBytes);
        return out.array();
    }

    /** Null if the bytes are not a branch id. */
    static BranchId decode(ByteBuffer in) {
        if (in.remaining() < FIXED_BYTES) {
            return null;
        }
        int formatId = in.getInt();
        int globalBytes = in.get() & 0xFF;
        int branchBytes = in.get() & 0xFF;
        int nameBytes = in.getShort() & 0xFFFF;
        if (globalBytes > MAX_PART_BYTES
                || branchBytes > MAX_PART_BYTES
                || nameBytes > MAX_INSTANCE_BYTES
                || in.remaining() != globalBytes + branchBytes + nameBytes) {
            return null;
        }
        byte[] global = new byte[globalBytes];
        byte[] branch = new byte[branchBytes];
        byte[] nameUtf8 = new byte[nameBytes];
        in.get(global).get(branch).get(nameUtf8);
        String name = new String(nameUtf8, StandardCharsets.UTF_8);
        boolean exact = Arrays.equals(nameUtf8, name.getBytes(StandardCharsets.UTF_8));
        return exact ? new BranchId(formatId, global, branch, name) : null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BranchId that
                && formatId == that.formatId
                && Arrays.equals(globalTransactionId, that.globalTransactionId)
                && Arrays.equals(branchQualifier, that.branchQualifier)
                && instanceName.equals(that.instanceName);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                formatId, Arrays.hashCode(globalTransactionId), Arrays.hashCode(branchQualifier), instanceName);
    }

    /** Format id, global id and branch qualifier in hexadecimal, joined by ':'. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return Integer.toHexString(formatId)
                + ":" + hex.formatHex(globalTransactionId)
                + ":" + hex.formatHex(branchQualifier);
    }
}
