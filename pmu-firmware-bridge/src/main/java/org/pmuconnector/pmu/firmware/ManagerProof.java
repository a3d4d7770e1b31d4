package org.pmuconnector.pmu.firmware;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A challenge by which the manager proves itself to one unit, once: it signs {@link #message} with its Ed25519 key
 * (RFC 8032). The message says what it is for and names the unit, its start and the address at which the manager reached
 * it, so that an answer is of no use anywhere else or a second time; an impostor at another address cannot pass it on.
 */
public final class ManagerProof {

    /** Bytes of a raw Ed25519 public key, RFC 8032 section 5.1.5. */
    static final int PUBLIC_KEY_BYTES = 32;

    private static final int NONCE_BYTES = 32;
    private static final byte[] PURPOSE = "pmu manager proof v1\n".getBytes(StandardCharsets.US_ASCII);

    private static final int FIXED_BYTES = PURPOSE.length + 3 * Long.BYTES + NONCE_BYTES;

    /** What precedes the raw key in its X.509 encoding, RFC 8410 section 4. */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private final byte[] message;
    private boolean used;

    ManagerProof(UUID unitId, long bootNumber, String reachedAt, RandomGenerator random) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] address = reachedAt.getBytes(StandardCharsets.UTF_8);
        message = ByteBuffer.allocate(FIXED_BYTES + address.length)
                .put(PURPOSE)
                .putLong(unitId.getMostSignificantBits())
                .putLong(unitId.getLeastSignificantBits())
                .putLong(bootNumber)
                .put(nonce)
                .put(address)
                .array();
    }

    /** Whether a message is a challenge of a unit that was reached at that address: nothing else is to be signed. */
    public static boolean isChallenge(byte[] message, String reachedAt) {
        byte[] address = reachedAt.getBytes(StandardCharsets.UTF_8);
        return message.length == FIXED_BYTES + address.length
                && Arrays.equals(message, 0, PURPOSE.length, PURPOSE, 0, PURPOSE.length)
                && Arrays.equals(message, FIXED_BYTES, message.length, address, 0, address.length);
    }

    /** What is to be signed. */
    public byte[] message() {
        return message.clone();
    }

    /** Whether the signature is the key's under this challenge, asked for the first time. */
    synchronized boolean accept(PublicKey key, byte[] signature) {
        if (used) {
            return false;
        }
        used = true;
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // A signature that is not even one in form.
            return false;
        }
    }

    /** The raw form of a public key. */
    static byte[] rawPublicKey(PublicKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded.length != X509_PREFIX.length + PUBLIC_KEY_BYTES
                || !Arrays.equals(encoded, 0, X509_PREFIX.length, X509_PREFIX, 0, X509_PREFIX.length)) {
            throw new IllegalArgumentException("not an Ed25519 public key but " + key.getAlgorithm());
        }
        return Arrays.copyOfRange(encoded, X509_PREFIX.length, encoded.length);
    }

    /** The public key of a raw form. */
    static PublicKey publicKey(byte[] raw) throws GeneralSecurityException {
        byte[] encoded = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + PUBLIC_KEY_BYTES);
        System.arraycopy(raw, 0, encoded, X509_PREFIX.length, PUBLIC_KEY_BYTES);
        return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    }
}
