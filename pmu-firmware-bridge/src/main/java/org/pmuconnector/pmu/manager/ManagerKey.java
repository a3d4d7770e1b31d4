package org.pmuconnector.pmu.manager;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.FileFault;
import org.pmuconnector.pmu.firmware.OwnersFile;

/**
 * The manager's Ed25519 private key, and the file that keeps it: PKCS #8 in PEM (RFC 5958, RFC 7468), readable by its
 * owner alone.
 */
public final class ManagerKey {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final int LONGEST_FILE_BYTES = 4096;

    private final PrivateKey key;

    private ManagerKey(PrivateKey key) {
        this.key = key;
    }

    /** A key of a pair that is not kept in a file. */
    public static ManagerKey of(KeyPair pair) {
        return new ManagerKey(pair.getPrivate());
    }

    /** Draws a new pair. */
    public static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no Ed25519", e);
        }
    }

    /** The file that belongs to a unit's file. */
    public static Path fileOf(Path unit) {
        return unit.resolveSibling(unit.getFileName() + ".key");
    }

    /** Where the next private key waits while the unit is told of it: beside the present one. */
    static Path nextOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".next");
    }

    /**
     * Reads the private key that belongs to a public one: from its file, or, if a rotation was cut short after the unit
     * had been told, from beside it. Then the rotation is completed.
     *
     * @throws PmuException as {@link #load}; {@code MANAGER_NOT_AUTHENTICATED} if it is neither
     */
    public static ManagerKey of(Path file, PublicKey publicKey) throws PmuException {
        PmuException refusal;
        try {
            ManagerKey key = load(file);
            if (key.belongsTo(publicKey)) {
                return key;
            }
            refusal = refused(file, "is not the key that the unit knows its manager by", null);
        } catch (PmuException e) {
            refusal = e;
        }
        Path next = nextOf(file);
        if (!Files.exists(next)) {
            throw refusal;
        }
        ManagerKey key = load(next);
        if (!key.belongsTo(publicKey)) {
            throw refusal;
        }
        replace(file, next);
        return key;
    }

    /**
     * Draws a new pair and makes it the manager's. At every moment either the file or the one beside it has the private
     * key that the unit accepts: the new one is kept, then the unit is told, then it takes the old one's place.
     *
     * @param session of a manager that has proved to have the old key
     * @throws PmuException {@code UNIT_IO}; what {@link BridgeSession#rotateKey} throws: then the file has the key that
     *     counts, or {@link #of(Path, PublicKey)} finds the one that does
     */
    public static void rotate(Path file, BridgeSession session) throws PmuException {
        Path next = nextOf(file);
        try {
            // Left by a rotation that the unit was never told of; had it been, opening would have completed it.
            Files.deleteIfExists(next);
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO, "manager key " + next + " cannot be removed: " + FileFault.reason(e), e);
        }
        session.rotateKey(create(next));
        replace(file, next);
    }

    private static void replace(Path file, Path next) throws PmuException {
        try {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            OwnersFile.persistEntry(file);
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO,
                    "manager key " + next + " is the one that counts, but could not be moved to " + file + ": "
                            + FileFault.reason(e) + "; move it there",
                    e);
        }
    }

    /** Whether what this key signs passes under that public key. */
    boolean belongsTo(PublicKey publicKey) {
        byte[] probe = "pmu manager key probe\n".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(sign(probe));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key that does not verify", e);
        }
    }

    /**
     * Draws a new pair and keeps its private key in a file that must not exist yet.
     *
     * @return the public key
     * @throws PmuException {@code UNIT_EXISTS} if there is such a file, {@code UNIT_IO} if it cannot be written
     */
    public static PublicKey create(Path file) throws PmuException {
        KeyPair pair = generate();
        String pem = BEGIN + "\n"
                + Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()) + "\n" + END + "\n";
        try (FileChannel channel = OwnersFile.create(file)) {
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(pem);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
            OwnersFile.persistEntry(file);
        } catch (FileAlreadyExistsException e) {
            throw new PmuException(
                    ErrorCode.UNIT_EXISTS,
                    "manager key " + file + " exists and is not overwritten; if its unit is gone, remove it",
                    e);
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO, "manager key " + file + " cannot be written: " + FileFault.reason(e), e);
        }
        return pair.getPublic();
    }

    /**
     * Reads the key.
     *
     * @throws PmuException {@code MANAGER_NOT_AUTHENTICATED} if there is no such file, if others than its owner may read
     *     it, or if it holds no Ed25519 key; {@code UNIT_IO} if it cannot be read
     */
    public static ManagerKey load(Path file) throws PmuException {
        try {
            if (OwnersFile.isOpenToOthers(file)) {
                throw refused(file, "may be accessed by others than its owner; run 'chmod 600' on it", null);
            }
            if (Files.size(file) > LONGEST_FILE_BYTES) {
                throw refused(file, "holds no Ed25519 private key", null);
            }
            String pem = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            if (!pem.startsWith(BEGIN) || !pem.endsWith(END) || pem.length() < BEGIN.length() + END.length()) {
                throw refused(file, "holds no Ed25519 private key", null);
            }
            byte[] encoded = Base64.getMimeDecoder().decode(pem.substring(BEGIN.length(), pem.length() - END.length()));
            return new ManagerKey(KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        } catch (NoSuchFileException e) {
            throw refused(file, "does not exist; it was made when the unit was formatted and must stay beside it", e);
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw refused(file, "holds no Ed25519 private key", e);
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO, "manager key " + file + " cannot be read: " + FileFault.reason(e), e);
        }
    }

    /** Signs a challenge's message. */
    public byte[] sign(byte[] message) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key that does not sign", e);
        }
    }

    private static PmuException refused(Path file, String why, Exception cause) {
        return new PmuException(ErrorCode.MANAGER_NOT_AUTHENTICATED, "manager key " + file + " " + why, cause);
    }
}
