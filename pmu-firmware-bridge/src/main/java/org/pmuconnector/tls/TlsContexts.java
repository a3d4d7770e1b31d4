package org.pmuconnector.tls;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/**
 * The TLS context of one side, made of its files and made anew when one of them has changed. A change is looked for when
 * a handshake begins, at most once a second; files that cannot be used then are logged and the former context stays.
 * Safe for use by many threads.
 */
final class TlsContexts {

    /** The only version spoken. */
    static final String PROTOCOL = "TLSv1.3";

    private static final System.Logger LOG = System.getLogger(TlsContexts.class.getName());
    private static final long CHECK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Keeps a store in memory, whose entries are not protected from this process. */
    private static final char[] NO_PASSWORD = {};

    private final TlsFiles files;
    private List<Object> seen;
    private SSLContext current;
    private long nextCheckNanoTime;

    /**
     * Loads the files.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if they cannot be used
     */
    TlsContexts(TlsFiles files) throws PmuException {
        this.files = files.checked();
        this.seen = fingerprint();
        this.current = load(files);
        this.nextCheckNanoTime = System.nanoTime() + CHECK_INTERVAL_NANOS;
    }

    /** The context for a handshake that begins now. */
    synchronized SSLContext current() {
        long now = System.nanoTime();
        if (now - nextCheckNanoTime >= 0) {
            nextCheckNanoTime = now + CHECK_INTERVAL_NANOS;
            reloadIfChanged();
        }
        return current;
    }

    private void reloadIfChanged() {
        List<Object> found = fingerprint();
        if (found.equals(seen)) {
            return;
        }
        seen = found;
        try {
            current = load(files);
            LogMessage.TLS_FILES_CHANGED.log(LOG, paths(files));
        } catch (PmuException e) {
            LogMessage.TLS_FILES_REFUSED.log(LOG, e.getMessage());
        }
    }

    private static List<Path> paths(TlsFiles files) {
        List<Path> paths = new ArrayList<>();
        for (Path path : new Path[] {files.caFile(), files.certificateFile(), files.keyFile()}) {
            if (path != null) {
                paths.add(path);
            }
        }
        return paths;
    }

    /** What tells a file from its successor. */
    private List<Object> fingerprint() {
        List<Object> marks = new ArrayList<>();
        for (Path path : paths(files)) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                marks.add(List.of(
                        attributes.lastModifiedTime(), attributes.size(), Objects.toString(attributes.fileKey())));
            } catch (IOException e) {
                marks.add("unreadable: " + e);
            }
        }
        return marks;
    }

    /** The context of the files as they are now. */
    static SSLContext load(TlsFiles files) throws PmuException {
        List<X509Certificate> authorities =
                files.caFile() == null ? null : CertificateFiles.authorities(files.caFile());
        try {
            KeyManager[] keys = files.checked().keyFile() == null ? new KeyManager[0] : keyManagers(files);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(authorities == null ? null : trustStore(authorities));
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION, "TLS files " + paths(files) + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keyManagers(TlsFiles files) throws PmuException, GeneralSecurityException, IOException {
        List<X509Certificate> chain = CertificateFiles.chain(files.certificateFile());
        PrivateKey key = CertificateFiles.key(files.keyFile());
        if (!matches(chain.get(0), key)) {
            // Files of different pairs would fail every handshake, and say so to nobody.
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "TLS key " + files.keyFile() + " does not belong to the first certificate in "
                            + files.certificateFile());
        }
        KeyStore store = emptyStore();
        store.setKeyEntry("this side", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static boolean matches(X509Certificate certificate, PrivateKey key) {
        byte[] message = {'m', 'a', 't', 'c', 'h'};
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "Ed25519";
                };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(message);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            LOG.log(Level.DEBUG, () -> "key and certificate are of different kinds: " + e);
            return false;
        }
    }

    private static KeyStore trustStore(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority " + i, authorities.get(i));
        }
        return store;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
