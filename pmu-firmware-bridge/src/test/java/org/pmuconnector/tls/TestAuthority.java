package org.pmuconnector.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certification authority that lives as long as the test. */
public final class TestAuthority {

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final KeyPair pair;
    private final X509Certificate certificate;

    /** What somebody whom the authority vouches for has. */
    public record Issued(Path certificateFile, Path keyFile) {

        /** Also trusting somebody. */
        public TlsFiles trusting(Path caFile) {
            return new TlsFiles(caFile, certificateFile, keyFile);
        }
    }

    /** A new authority. */
    public TestAuthority(String name) {
        try {
            pair = generate("EC");
            X509v3CertificateBuilder builder = builder(name, name, pair, Duration.ofDays(1));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            certificate = sign(builder, pair);
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its certificate, in a file. */
    public Path certificateFile(Path folder) throws IOException {
        return Files.writeString(folder.resolve("ca-" + SERIAL.incrementAndGet() + ".pem"), pem(certificate));
    }

    /** A certificate for 127.0.0.1 and localhost, with a key of that kind. */
    public Issued issue(Path folder, String keyAlgorithm) throws IOException {
        return issue(folder, keyAlgorithm, Duration.ofDays(1), "127.0.0.1", "localhost");
    }

    /** A certificate for those hosts that is valid from an hour before it ends, or from an hour ago. */
    public Issued issue(Path folder, String keyAlgorithm, Duration left, String... hosts) throws IOException {
        try {
            KeyPair own = generate(keyAlgorithm);
            X509v3CertificateBuilder builder =
                    builder(certificate.getSubjectX500Principal().getName().substring(3), hosts[0], own, left);
            GeneralName[] names = new GeneralName[hosts.length];
            for (int i = 0; i < hosts.length; i++) {
                boolean ip = Character.isDigit(hosts[i].charAt(0));
                names[i] = new GeneralName(ip ? GeneralName.iPAddress : GeneralName.dNSName, hosts[i]);
            }
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            return write(folder, sign(builder, pair), own);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Issued write(Path folder, X509Certificate issued, KeyPair own) throws IOException {
        String name = "issued-" + SERIAL.incrementAndGet();
        Path certificateFile = Files.writeString(folder.resolve(name + ".pem"), pem(issued));
        PKCS8Generator key = new JcaPKCS8Generator(own.getPrivate(), null);
        Path keyFile = Files.writeString(folder.resolve(name + ".key"), pem(key));
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
        return new Issued(certificateFile, keyFile);
    }

    private static KeyPair generate(String algorithm) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        switch (algorithm) {
            case "EC" -> generator.initialize(256);
            case "RSA" -> generator.initialize(2048);
            default -> {
                // The others come in one size.
            }
        }
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(String issuer, String subject, KeyPair own, Duration left) {
        Instant end = Instant.now().plus(left);
        Instant start = left.isNegative()
                ? end.minus(Duration.ofHours(1))
                : Instant.now().minus(Duration.ofHours(1));
        return new JcaX509v3CertificateBuilder(
                new X500Name("CN=" + issuer),
                BigInteger.valueOf(SERIAL.incrementAndGet()),
                Date.from(start),
                Date.from(end),
                new X500Name("CN=" + subject),
                own.getPublic());
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, KeyPair signer)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
