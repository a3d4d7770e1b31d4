package org.pmuconnector.fabric.iwarp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;
import org.pmuconnector.pmu.nic.iwarp.LoopbackUnit;
import org.pmuconnector.tls.ServerTls;
import org.pmuconnector.tls.ServerTls.ClientAuthentication;
import org.pmuconnector.tls.TestAuthority;
import org.pmuconnector.tls.TestAuthority.Issued;
import org.pmuconnector.tls.TlsFiles;

/** Who may speak with whom over TLS, and what those are told who may not. */
@Timeout(60)
class IwarpsFabricTest {

    private static final int SIZE = 4 * 1024 * 1024;
    private static final TestAuthority AUTHORITY = new TestAuthority("authority");
    private static final TestAuthority STRANGER = new TestAuthority("stranger");

    @TempDir
    static Path folder;

    private static Path ca;
    private static Path strangersCa;
    private static Issued good;

    private LoopbackUnit unit;

    @BeforeAll
    static void issue() throws IOException {
        ca = AUTHORITY.certificateFile(folder);
        strangersCa = STRANGER.certificateFile(folder);
        good = AUTHORITY.issue(folder, "EC");
    }

    @BeforeEach
    void serve() throws PmuException {
        serve(good, ClientAuthentication.NONE);
    }

    private void serve(Issued shown, ClientAuthentication authentication) throws PmuException {
        close();
        IwarpNicOptions options = IwarpNicOptions.defaults().withTls(new ServerTls(shown.trusting(ca), authentication));
        unit = new LoopbackUnit(SIZE, options);
    }

    @AfterEach
    void close() {
        if (unit != null) {
            unit.close();
        }
    }

    private static Deadline soon() {
        return in(Duration.ofSeconds(20));
    }

    private static Deadline in(Duration duration) {
        return Deadline.after(MonotonicClock.system(), duration);
    }

    private static TlsFiles trusting(Path authority) {
        return new TlsFiles(authority, null, null);
    }

    private PmuException refused(TlsFiles files) throws PmuException {
        return refused(unit.address(), files);
    }

    private static PmuException refused(UnitAddress address, TlsFiles files) throws PmuException {
        try (IwarpFabric fabric =
                new IwarpFabric(address, FabricOptions.defaults().withTls(files))) {
            PmuException failure = catchThrowableOfType(PmuException.class, () -> use(fabric));
            assertThat(failure).as("the connection to %s", address).isNotNull();
            assertThat(failure.getMessage()).contains(address.toString());
            return failure;
        }
    }

    /** A connection, and a round trip of a few megabytes each way over it. */
    private static void use(IwarpFabric fabric) throws PmuException {
        byte[] written = new byte[SIZE - 3];
        new Random(SIZE).nextBytes(written);
        ByteBuffer read = ByteBuffer.allocate(written.length);
        try (FabricConnection connection = fabric.connect(soon())) {
            connection.call(
                    Request.newBuilder()
                            .setHello(Hello.newBuilder().setProtocolVersion(1))
                            .build(),
                    soon());
            OpenRegion open = OpenRegion.newBuilder().setWrite(true).build();
            int key = connection
                    .call(Request.newBuilder().setOpenRegion(open).build(), soon())
                    .getOpenRegion()
                    .getKey();
            connection.write(key, LoopbackUnit.BASE, ByteBuffer.wrap(written), soon());
            connection.flush(key, LoopbackUnit.BASE, written.length, PersistenceLevel.VISIBLE, soon());
            connection.read(key, LoopbackUnit.BASE, read, soon());
        }
        assertThat(read.array()).isEqualTo(written);
    }

    private void assertUsable(TlsFiles files) throws PmuException {
        try (IwarpFabric fabric =
                new IwarpFabric(unit.address(), FabricOptions.defaults().withTls(files))) {
            use(fabric);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void connect_trustedCertificateOfAnyKind_isUsable(String keyAlgorithm) throws Exception {
        serve(AUTHORITY.issue(folder, keyAlgorithm), ClientAuthentication.NEED);

        assertUsable(AUTHORITY.issue(folder, keyAlgorithm).trusting(ca));
    }

    @Test
    void connect_withoutPolling_isUsable() throws PmuException {
        try (IwarpFabric fabric = new IwarpFabric(
                unit.address(), FabricOptions.defaults().withPollMicros(0).withTls(trusting(ca)))) {
            use(fabric);
        }
    }

    @Test
    void connect_untrustedCertificate_saysWhatToSet() throws PmuException {
        for (TlsFiles files : new TlsFiles[] {trusting(strangersCa), TlsFiles.NONE}) {
            PmuException failure = refused(files);
            assertThat(failure.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            assertThat(failure)
                    .hasMessageContaining("nobody whom this side trusts")
                    .hasMessageContaining("CA file");
        }
        assertThat(unit.connections()).isEmpty();
    }

    @Test
    void connect_certificateOfAnotherHost_saysWhichNames() throws Exception {
        serve(
                AUTHORITY.issue(folder, "EC", Duration.ofDays(1), "unit7.example", "10.1.2.3"),
                ClientAuthentication.NONE);

        PmuException failure = refused(trusting(ca));

        assertThat(failure.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(failure).hasMessageContaining("another host").hasMessageContaining("127.0.0.1");
        UnitAddress byName = UnitAddress.parse(
                "iwarps://localhost:" + unit.nic().localAddress().getPort());
        assertThat(refused(byName, trusting(ca))).hasMessageContaining("another host");
    }

    @Test
    void connect_expiredCertificate_saysSo() throws Exception {
        serve(AUTHORITY.issue(folder, "EC", Duration.ofMinutes(-5), "127.0.0.1"), ClientAuthentication.NONE);

        PmuException failure = refused(trusting(ca));

        assertThat(failure.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
        assertThat(failure).hasMessageContaining("expired").hasMessageContaining("renew");
    }

    @Test
    void connect_certificateNeededAndNoneOrStrangersShown_isRefusedWithTheWayOut() throws Exception {
        serve(good, ClientAuthentication.NEED);

        Issued strange = STRANGER.issue(folder, "EC");
        for (TlsFiles files : new TlsFiles[] {trusting(ca), strange.trusting(ca)}) {
            PmuException failure = refused(files);
            assertThat(failure.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            assertThat(failure).hasMessageContaining("refused this side's TLS certificate");
        }
        assertThat(unit.endings()).isEmpty();
        assertUsable(AUTHORITY.issue(folder, "EC").trusting(ca));
    }

    @Test
    void connect_certificateWanted_withAndWithoutOneIsUsable() throws Exception {
        serve(good, ClientAuthentication.WANT);

        assertUsable(trusting(ca));
        assertUsable(AUTHORITY.issue(folder, "EC").trusting(ca));
    }

    @Test
    void connect_plainInitiatorAtTlsPort_isToldToUseTls() throws PmuException {
        UnitAddress plain = UnitAddress.parse(
                "iwarp://127.0.0.1:" + unit.nic().localAddress().getPort());

        PmuException failure = refused(plain, TlsFiles.NONE);

        assertThat(failure.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
        assertThat(failure).hasMessageContaining("iwarps://");
    }

    @Test
    void connect_tlsInitiatorAtPlainPort_isToldSo() throws PmuException {
        try (LoopbackUnit plain = new LoopbackUnit(4096, IwarpNicOptions.defaults())) {
            UnitAddress address = UnitAddress.parse(
                    "iwarps://127.0.0.1:" + plain.nic().localAddress().getPort());

            PmuException failure = refused(address, trusting(ca));

            assertThat(failure.code()).isEqualTo(ErrorCode.UNIT_UNREACHABLE);
            assertThat(failure).hasMessageContaining("TLS").hasMessageContaining("iwarp://");
        }
    }

    @Test
    void connect_somethingThatSpeaksOtherwise_isToldSo() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answerOnce(server, "220 mail.example ESMTP\r\n"));
            answering.start();
            UnitAddress address = UnitAddress.parse("iwarps://127.0.0.1:" + server.getLocalPort());

            PmuException failure = refused(address, trusting(ca));

            assertThat(failure.code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
            assertThat(failure).hasMessageContaining("does not speak TLS");
            answering.join();
        }
    }

    private static void answerOnce(ServerSocket server, String answer) {
        try (Socket accepted = server.accept()) {
            accepted.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            // Until the other side has had enough of it.
            accepted.getInputStream().readAllBytes();
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void connect_silentListener_exceedsTheDeadline() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                IwarpFabric fabric = new IwarpFabric(
                        UnitAddress.parse("iwarps://127.0.0.1:" + silent.getLocalPort()),
                        FabricOptions.defaults().withTls(trusting(ca)))) {
            PmuException failure =
                    catchThrowableOfType(PmuException.class, () -> fabric.connect(in(Duration.ofMillis(300))));

            assertThat(failure.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void handshake_peerThatStopsInIt_isDroppedAndOthersGoOn() throws Exception {
        unit.close();
        unit = new LoopbackUnit(
                SIZE,
                IwarpNicOptions.defaults()
                        .withTimeouts(500, 10_000)
                        .withTls(new ServerTls(good.trusting(ca), ClientAuthentication.NONE)));
        try (Socket silent = raw();
                Socket slow = raw()) {
            slow.getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1});
            assertUsable(trusting(ca));
            assertThat(readToTheEnd(silent)).isZero();
            readToTheEnd(slow);
            awaitTrue(() -> unit.nic().connectionCount() == 0);
        }
    }

    @Test
    void handshake_garbage_endsThatStreamAlone() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (IwarpFabric fabric =
                        new IwarpFabric(unit.address(), FabricOptions.defaults().withTls(trusting(ca)));
                FabricConnection bystander = fabric.connect(soon())) {
            for (int i = 0; i < 50; i++) {
                byte[] garbage = new byte[1 + random.nextInt(20_000)];
                random.nextBytes(garbage);
                if (i % 2 == 0) {
                    // A record's header at least, so that the engine has something to think about.
                    byte[] header = {22, 3, 3, 0x3F, (byte) random.nextInt()};
                    System.arraycopy(header, 0, garbage, 0, Math.min(header.length, garbage.length));
                }
                try (Socket peer = raw()) {
                    peer.getOutputStream().write(garbage);
                    peer.shutdownOutput();
                    readToTheEnd(peer);
                }
            }
            bystander.call(
                    Request.newBuilder()
                            .setHello(Hello.newBuilder().setProtocolVersion(1))
                            .build(),
                    soon());
        } catch (PmuException | IOException e) {
            throw new AssertionError("seed " + seed, e);
        }
        assertUsable(trusting(ca));
    }

    @Test
    void stream_garbageAfterTheHandshake_endsThatStreamAlone() throws Exception {
        try (IwarpFabric fabric =
                        new IwarpFabric(unit.address(), FabricOptions.defaults().withTls(trusting(ca)));
                FabricConnection bystander = fabric.connect(soon());
                Socket wire = raw();
                SSLSocket tls = handshake(wire, "TLSv1.3")) {
            OutputStream output = wire.getOutputStream();
            byte[] garbage = new byte[4096];
            new Random(1).nextBytes(garbage);
            output.write(new byte[] {23, 3, 3, 0x10, 0});
            output.write(garbage);
            readToTheEnd(wire);
            assertThat(tls.getSession().getProtocol()).isEqualTo("TLSv1.3");
            bystander.call(
                    Request.newBuilder()
                            .setHello(Hello.newBuilder().setProtocolVersion(1))
                            .build(),
                    soon());
            awaitTrue(() -> unit.nic().connectionCount() == 1);
        }
    }

    @Test
    void stream_garbageInsideTls_isRefusedAsOverPlainTcp() throws Exception {
        try (Socket wire = raw();
                SSLSocket tls = handshake(wire, "TLSv1.3")) {
            tls.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            readToTheEnd(tls);
            awaitTrue(() -> unit.nic().connectionCount() == 0);
        }
        assertThat(unit.endings()).isEmpty();
        assertUsable(trusting(ca));
    }

    @Test
    void handshake_olderVersionOfTls_isRefused() throws Exception {
        try (Socket wire = raw()) {
            SSLException refused = catchThrowableOfType(
                    SSLException.class, () -> handshake(wire, "TLSv1.2").close());
            assertThat(refused).hasMessageContaining("protocol_version");
        }
    }

    @Test
    void files_changed_areUsedByNewConnectionsAndBadOnesAreNot() throws Exception {
        Path certificate = folder.resolve("renewed.pem");
        Path key = folder.resolve("renewed.key");
        install(good, certificate, key);
        serve(new Issued(certificate, key), ClientAuthentication.NONE);
        try (IwarpFabric fabric =
                        new IwarpFabric(unit.address(), FabricOptions.defaults().withTls(trusting(ca)));
                FabricConnection old = fabric.connect(soon())) {
            Files.writeString(certificate, "half a certificate");
            assertUsable(trusting(ca));

            install(STRANGER.issue(folder, "EC"), certificate, key);
            awaitTrue(() -> isTrusted(strangersCa));

            assertThat(refused(trusting(ca)).code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            old.call(
                    Request.newBuilder()
                            .setHello(Hello.newBuilder().setProtocolVersion(1))
                            .build(),
                    soon());
        }
    }

    private static void install(Issued issued, Path certificate, Path key) throws IOException {
        Files.copy(issued.certificateFile(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(issued.keyFile(), key, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private boolean isTrusted(Path authority) {
        try (IwarpFabric fabric =
                new IwarpFabric(unit.address(), FabricOptions.defaults().withTls(trusting(authority)))) {
            fabric.connect(soon()).close();
            return true;
        } catch (PmuException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.AUTHENTICATION_FAILED);
            return false;
        }
    }

    private Socket raw() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(20_000);
        socket.connect(unit.nic().localAddress());
        return socket;
    }

    /** TLS by another implementation than the one under test: blocking, and trusting everyone. */
    private static SSLSocket handshake(Socket wire, String protocol) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(wire, "127.0.0.1", wire.getPort(), false);
        tls.setEnabledProtocols(new String[] {protocol});
        tls.startHandshake();
        return tls;
    }

    private static final class Trusting implements X509TrustManager {

        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String authType) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }

    /** Bytes until the other side closed, or reset; fails if it does neither. */
    private static int readToTheEnd(Socket socket) throws IOException {
        byte[] received = new byte[4096];
        int total = 0;
        try {
            int count = socket.getInputStream().read(received);
            while (count >= 0) {
                total += count;
                count = socket.getInputStream().read(received);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the other side keeps the connection after " + Arrays.toString(received), e);
        } catch (IOException e) {
            return total;
        }
        return total;
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
