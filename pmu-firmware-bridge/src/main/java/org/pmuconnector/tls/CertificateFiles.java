package org.pmuconnector.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Reads certificates and keys; every error names the file and the way out. */
final class CertificateFiles {

    /** Room for a bundle of all public authorities; a longer file is not one of certificates. */
    private static final int MAX_FILE_LENGTH_BYTES = 4 * 1024 * 1024;

    private static final Pattern PRIVATE_KEY = Pattern.compile(
            "-----BEGIN ([A-Z ]*)PRIVATE KEY-----\\s+([A-Za-z0-9+/=\\s]+?)-----END \\1PRIVATE KEY-----");

    private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "Ed25519");

    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private CertificateFiles() {}

    /** A certificate and those between it and its root, the certificate first. */
    static List<X509Certificate> chain(Path file) throws PmuException {
        return parse(file, read("TLS certificate", file));
    }

    /** Those who may vouch for others, from PEM or from PKCS #12 that is not protected by a password. */
    static List<X509Certificate> authorities(Path file) throws PmuException {
        byte[] bytes = read("TLS CA file", file);
        boolean der = bytes.length > 0 && bytes[0] == 0x30;
        List<X509Certificate> found = der ? parseStore(file, bytes) : parse(file, bytes);
        if (found.isEmpty()) {
            throw bad(
                    "TLS CA file " + file + " holds no certificate that can be read; write them as PEM, each from "
                            + "'-----BEGIN CERTIFICATE-----' on",
                    null);
        }
        return found;
    }

    private static List<X509Certificate> parse(Path file, byte[] bytes) throws PmuException {
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
                chain.add((X509Certificate) certificate);
            }
            if (chain.isEmpty()) {
                throw bad("TLS certificate " + file + " holds no PEM certificate", null);
            }
            return chain;
        } catch (GeneralSecurityException e) {
            throw bad("TLS certificate " + file + " is no PEM certificate: " + e.getMessage(), e);
        }
    }

    private static List<X509Certificate> parseStore(Path file, byte[] bytes) throws PmuException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), null);
            List<X509Certificate> found = new ArrayList<>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificate(alias) instanceof X509Certificate certificate) {
                    found.add(certificate);
                }
            }
            return found;
        } catch (GeneralSecurityException | IOException e) {
            throw bad("TLS CA file " + file + " is no PKCS #12 store without password: " + e.getMessage(), e);
        }
    }

    /** A private key that nobody but its owner may read. */
    static PrivateKey key(Path file) throws PmuException {
        requireOwnersAlone(file);
        String text = new String(read("TLS key", file), StandardCharsets.ISO_8859_1);
        Matcher matcher = PRIVATE_KEY.matcher(text);
        if (!matcher.find()) {
            throw bad("TLS key " + file + " holds no PEM private key", null);
        }
        if (!matcher.group(1).isEmpty()) {
            throw bad(
                    "TLS key " + file + " is '" + matcher.group(1)
                            + "PRIVATE KEY', not a PKCS #8 'PRIVATE KEY' without password; convert it with "
                            + "'openssl pkcs8 -topk8 -nocrypt'",
                    null);
        }
        try {
            PKCS8EncodedKeySpec encoded =
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(2)));
            for (String algorithm : KEY_ALGORITHMS) {
                PrivateKey key = keyOf(algorithm, encoded);
                if (key != null) {
                    return key;
                }
            }
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw bad("TLS key " + file + " cannot be understood: " + e.getMessage(), e);
        }
        throw bad("TLS key " + file + " is none of the kinds " + String.join(", ", KEY_ALGORITHMS), null);
    }

    /** Null if the key is of another kind. */
    private static PrivateKey keyOf(String algorithm, PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
        } catch (InvalidKeySpecException e) {
            return null;
        }
    }

    private static void requireOwnersAlone(Path file) throws PmuException {
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
            if (view != null && !Collections.disjoint(view.readAttributes().permissions(), OTHERS)) {
                throw bad("TLS key " + file + " may be accessed by others than its owner; run 'chmod 600' on it", null);
            }
        } catch (IOException e) {
            throw unreadable("TLS key", file, e);
        }
    }

    private static byte[] read(String what, Path file) throws PmuException {
        try {
            if (Files.size(file) > MAX_FILE_LENGTH_BYTES) {
                throw bad(what + " " + file + " is longer than " + MAX_FILE_LENGTH_BYTES + " bytes", null);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(what, file, e);
        }
    }

    private static PmuException unreadable(String what, Path file, IOException cause) {
        String why = cause instanceof NoSuchFileException ? "there is no such file" : cause.toString();
        return bad(what + " " + file + " cannot be read: " + why, cause);
    }

    private static PmuException bad(String message, Exception cause) {
        return new PmuException(ErrorCode.BAD_CONFIGURATION, message, cause);
    }
}
