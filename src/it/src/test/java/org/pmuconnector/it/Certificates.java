package org.pmuconnector.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/** An authority, whom it vouches for, and somebody whom nobody vouches for, made by the JDK's {@code keytool}. */
public final class Certificates {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String STORE_PASSWORD = "certificates";

    private final ProcessGroup group;
    private final Path store;

    /** Made in the group's directory. */
    public Certificates(ProcessGroup group) throws IOException, InterruptedException {
        this.group = group;
        this.store = group.directory().resolve("certificates.p12");
        make("authority", "-ext", "bc:critical=ca:true");
        make("unit", "-ext", "san=ip:127.0.0.1", "-signer", "authority");
        make("stranger", "-ext", "san=ip:127.0.0.1");
    }

    private void make(String alias, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                "CN=" + alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-keystore",
                store.toString(),
                "-storepass",
                STORE_PASSWORD));
        command.addAll(List.of(options));
        var keytool = group.start("keytool-" + alias, command);
        if (keytool.awaitEnd(TIMEOUT) != 0) {
            throw keytool.failed("made no certificate");
        }
    }

    /** The authority's certificate, for those who are to trust it. */
    public Path authorityFile() throws IOException, GeneralSecurityException {
        return pem(
                "authority.pem",
                "CERTIFICATE",
                open().getCertificate("authority").getEncoded());
    }

    /** The options of {@code pmu serve} for a unit with the alias's certificate. */
    public List<String> serveOptions(String alias) throws IOException, GeneralSecurityException {
        KeyStore opened = open();
        StringBuilder chain = new StringBuilder();
        for (Certificate certificate : opened.getCertificateChain(alias)) {
            chain.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        Path certificates = Files.writeString(certificateFile(alias), chain);
        Path key = pem(
                keyFile(alias).getFileName().toString(),
                "PRIVATE KEY",
                opened.getKey(alias, STORE_PASSWORD.toCharArray()).getEncoded());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        return List.of("--tls-certificate", certificates.toString(), "--tls-key", key.toString());
    }

    /** The alias's certificate and its issuers', once there are the options with it. */
    public Path certificateFile(String alias) {
        return group.directory().resolve(alias + "-tls.pem");
    }

    /** The key to it. */
    public Path keyFile(String alias) {
        return group.directory().resolve(alias + "-tls.key");
    }

    private KeyStore open() throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(store.toFile(), STORE_PASSWORD.toCharArray());
    }

    private Path pem(String fileName, String type, byte[] encoded) throws IOException {
        return Files.writeString(group.directory().resolve(fileName), pem(type, encoded));
    }

    private static String pem(String type, byte[] encoded) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
    }
}
