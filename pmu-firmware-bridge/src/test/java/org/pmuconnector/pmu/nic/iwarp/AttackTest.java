package org.pmuconnector.pmu.nic.iwarp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.Authenticate;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.daemon.Pmu;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.RdmapOpcode;
import org.pmuconnector.iwarp.Terminate;
import org.pmuconnector.iwarp.TerminateCode;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.firmware.OtherProcess;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.DerivedKeyCache;
import org.pmuconnector.scram.ScramClient;
import org.pmuconnector.scram.ScramVerifier;

/**
 * A served unit under attack by a peer that may do something, and tries more: {@code -Dattack.frames=N -Dattack.seed=S}.
 * Each time the network interface must name the reason in the protocol's own code and end that stream alone; the victim's
 * bytes stay what they were, and a well-behaved neighbour's operations all succeed.
 *
 * <p>What is tried at a bridge that listens for a manager of another process, table operations without the manager's proof
 * and a replayed proof among it, is in {@code org.pmuconnector.pmu.bridge.BridgeListenerTest}.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class AttackTest {

    private static final int DEFAULT_FRAMES = 1_000_000;
    private static final int REGION_BYTES = 1 << 20;
    private static final int GUESSES = 200;
    private static final int GOOD_OPERATIONS = 1_000;

    private static final Credentials OWNER = owner();

    private final long seed = Long.getLong("attack.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    Path folder;

    private OtherProcess daemon;
    private Thread log;
    private final Queue<String> defects = new ConcurrentLinkedQueue<>();
    private Fabric fabric;
    private UnitAddress address;
    private UnitClient victimSession;
    private UnitClient victim;
    private OpenRegionReply victimRegion;
    private UnitClient mallorySession;
    private String digestBefore;
    private Neighbour neighbour;

    private static Credentials owner() {
        try {
            return Credentials.of("owner", "owners password");
        } catch (PmuException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void serve() throws Exception {
        Path path = folder.resolve("unit");
        Unit.format(path, 16 << 20);
        ScramVerifier verifier = ScramVerifier.of(OWNER, ScramVerifier.FEWEST_ITERATIONS, random);
        new UsersFile(path).change(users -> users.with(new User(OWNER.userName(), verifier, Set.of(UserRole.CREATE))));
        // Sessions here send no heartbeats.
        daemon = OtherProcess.start(
                Pmu.class,
                "serve",
                path.toString(),
                "--listen",
                "127.0.0.1:0",
                "--allow-anonymous",
                "--lease-millis",
                "600000");
        String line = daemon.nextLine();
        while (line != null && !line.startsWith("listening on ")) {
            line = daemon.nextLine();
        }
        assertThat(line).isNotNull();
        log = new Thread(this::readLog, "log of the unit");
        log.start();
        address = UnitAddress.parse("iwarp://" + line.substring("listening on ".length()));
        fabric = Fabrics.of(address, FabricOptions.defaults().withPollMicros(0));

        victimSession = UnitClient.session(fabric, "victim", 1);
        victimSession.create("victim", REGION_BYTES);
        victimSession.claim("victim", 0);
        victim = UnitClient.data(fabric, "victim", 1);
        victimRegion = victim.openToWrite("victim", 1);
        byte[] contents = new byte[REGION_BYTES];
        random.nextBytes(contents);
        victim.connection()
                .write(
                        victimRegion.getKey(),
                        victimRegion.getBaseAddress(),
                        ByteBuffer.wrap(contents),
                        UnitClient.soon());
        victim.connection()
                .flush(
                        victimRegion.getKey(),
                        victimRegion.getBaseAddress(),
                        REGION_BYTES,
                        PersistenceLevel.PERSISTENT,
                        UnitClient.soon());
        digestBefore = digest();
        mallorySession = UnitClient.session(fabric, "mallory", 66);
        mallorySession.create("own", REGION_BYTES);
        mallorySession.claim("own", 0);
        neighbour = new Neighbour();
    }

    @AfterEach
    void stop() throws Exception {
        if (fabric != null) {
            fabric.close();
        }
        daemon.kill();
        log.join();
    }

    /** So that the daemon never waits for somebody to read what it says. */
    private void readLog() {
        try {
            String line = daemon.nextLine();
            while (line != null) {
                if (line.contains("defect")) {
                    defects.add(line);
                }
                line = daemon.nextLine();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes and reads back until told to stop, and often enough. */
    private final class Neighbour {

        private final AtomicBoolean stop = new AtomicBoolean();
        private final CompletableFuture<Integer> operations = new CompletableFuture<>();

        Neighbour() {
            new Thread(
                            () -> {
                                try {
                                    operations.complete(work());
                                } catch (PmuException | RuntimeException | AssertionError e) {
                                    operations.completeExceptionally(e);
                                }
                            },
                            "neighbour")
                    .start();
        }

        private int work() throws PmuException {
            try (UnitClient session = UnitClient.session(fabric, "neighbour", 2);
                    UnitClient data = UnitClient.data(fabric, "neighbour", 2)) {
                session.create("good", REGION_BYTES);
                session.claim("good", 0);
                OpenRegionReply region = data.openToWrite("good", 1);
                byte[] written = new byte[1000];
                Random contents = new Random(seed + 1);
                int count = 0;
                while (!stop.get() || count < GOOD_OPERATIONS) {
                    contents.nextBytes(written);
                    long at = region.getBaseAddress() + contents.nextInt(REGION_BYTES - written.length);
                    data.connection().write(region.getKey(), at, ByteBuffer.wrap(written), UnitClient.soon());
                    data.connection()
                            .flush(region.getKey(), at, written.length, PersistenceLevel.VISIBLE, UnitClient.soon());
                    ByteBuffer back = ByteBuffer.allocate(written.length);
                    data.connection().read(region.getKey(), at, back, UnitClient.soon());
                    assertThat(back.array()).isEqualTo(written);
                    count++;
                }
                return count;
            }
        }

        int finish() throws Exception {
            stop.set(true);
            return operations.get(5, TimeUnit.MINUTES);
        }
    }

    private String digest() throws Exception {
        try (UnitClient tool = UnitClient.tool(fabric)) {
            OpenRegionReply opened = tool.openToRead("victim");
            ByteBuffer all = ByteBuffer.allocate(REGION_BYTES);
            tool.connection().read(opened.getKey(), opened.getBaseAddress(), all, UnitClient.soon());
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all.array()));
        }
    }

    private void assertNobodyWasHarmed() throws Exception {
        assertThat(defects).isEmpty();
        assertThat(neighbour.finish()).as("-Dattack.seed=%d", seed).isGreaterThanOrEqualTo(GOOD_OPERATIONS);
        assertThat(digest()).as("the victim's bytes, -Dattack.seed=%d", seed).isEqualTo(digestBefore);
        // And the victim, whose keys were named all the time, goes on.
        victim.connection()
                .flush(
                        victimRegion.getKey(),
                        victimRegion.getBaseAddress(),
                        64,
                        PersistenceLevel.PERSISTENT,
                        UnitClient.soon());
    }

    private static TerminateCode code(Terminate terminate) {
        return TerminateCode.of(terminate.layer(), terminate.errorType(), terminate.errorCode());
    }

    /** Mallory with a connection, and what the unit gives it willingly. */
    private final class Mallory implements AutoCloseable {

        final RawPeer peer;
        final int key;
        final long base;

        Mallory(boolean write) throws Exception {
            peer = new RawPeer(address).greeted(Hello.Purpose.DATA, "mallory", UnitClient.token(66));
            OpenRegionReply own = peer.open("own", write, 1);
            key = own.getKey();
            base = own.getBaseAddress();
        }

        /** Sends frames, and expects to be terminated for that reason. */
        void expect(TerminateCode code, byte[]... frames) throws Exception {
            peer.send(frames);
            RawPeer.Answers answers = peer.answers();
            assertThat(answers.terminate()).as("no Terminate but " + answers).isNotNull();
            assertThat(code(answers.terminate())).isEqualTo(code);
        }

        @Override
        public void close() throws IOException {
            peer.close();
        }
    }

    private void attack(TerminateCode code, boolean write, Attack attack) throws Exception {
        try (Mallory mallory = new Mallory(write)) {
            mallory.expect(code, attack.frame(mallory));
        }
    }

    /** Makes an evil frame. */
    @FunctionalInterface
    private interface Attack {
        byte[] frame(Mallory mallory);
    }

    private static byte[] write(int key, long address, int bytes) {
        return RawPeer.tagged(RdmapOpcode.WRITE, true, key, address, new byte[bytes]);
    }

    @Test
    void accesses_beyondWhatWasGranted_areEachRefusedByTheirCode() throws Exception {
        System.out.println("AttackTest: -Dattack.seed=" + seed);
        int victimKey = victimRegion.getKey();
        long victimBase = victimRegion.getBaseAddress();
        // Another connection's key.
        attack(TerminateCode.DDP_TAGGED_STAG_NOT_ASSOCIATED, true, m -> write(victimKey, victimBase, 8));
        attack(TerminateCode.RDMAP_STAG_NOT_ASSOCIATED, true, m -> RawPeer.readRequest(1, victimKey, victimBase, 8));
        // Its own key for the victim's addresses, and for addresses that are nobody's.
        attack(TerminateCode.DDP_TAGGED_BASE_OR_BOUNDS, true, m -> write(m.key, victimBase, 8));
        attack(TerminateCode.DDP_TAGGED_BASE_OR_BOUNDS, true, m -> write(m.key, 15L << 40, 8));
        attack(TerminateCode.RDMAP_BASE_OR_BOUNDS, true, m -> RawPeer.readRequest(1, m.key, 15L << 40, 8));
        // One byte past the end, one before the start, around the address space's end.
        attack(TerminateCode.DDP_TAGGED_BASE_OR_BOUNDS, true, m -> write(m.key, m.base + REGION_BYTES, 1));
        attack(TerminateCode.DDP_TAGGED_BASE_OR_BOUNDS, true, m -> write(m.key, m.base + REGION_BYTES - 7, 8));
        attack(TerminateCode.DDP_TAGGED_BASE_OR_BOUNDS, true, m -> write(m.key, m.base - 1, 1));
        attack(
                TerminateCode.RDMAP_BASE_OR_BOUNDS,
                true,
                m -> RawPeer.readRequest(1, m.key, m.base + REGION_BYTES - 7, 8));
        attack(TerminateCode.DDP_TAGGED_OFFSET_WRAP, true, m -> write(m.key, -4, 8));
        // A write under a key for reading.
        attack(TerminateCode.RDMAP_ACCESS_RIGHTS, false, m -> write(m.key, m.base, 8));
        assertNobodyWasHarmed();
    }

    @Test
    void keys_guessed_areRefused() throws Exception {
        System.out.println("AttackTest: -Dattack.seed=" + seed);
        for (int i = 0; i < GUESSES; i++) {
            // As near as it gets: indices that are in use, with another tag, and whatever else.
            int guess = i % 2 == 0
                    ? (victimRegion.getKey() & ~0xFF) | ((victimRegion.getKey() + 1 + random.nextInt(255)) & 0xFF)
                    : random.nextInt();
            try (Mallory mallory = new Mallory(true)) {
                if (guess != victimRegion.getKey() && guess != mallory.key) {
                    mallory.peer.send(write(guess, victimRegion.getBaseAddress(), 8));
                    RawPeer.Answers answers = mallory.peer.answers();
                    assertThat(answers.terminate()).as("guess %x", guess).isNotNull();
                    assertThat(code(answers.terminate()))
                            .isIn(TerminateCode.DDP_TAGGED_INVALID_STAG, TerminateCode.DDP_TAGGED_STAG_NOT_ASSOCIATED);
                }
            }
        }
        assertNobodyWasHarmed();
    }

    @Test
    void key_ofAnOldEpoch_isDead() throws Exception {
        try (Mallory mallory = new Mallory(true);
                UnitClient successor = UnitClient.session(fabric, "successor", 3)) {
            mallory.peer.send(write(mallory.key, mallory.base, 8));
            successor.takeOver("own", 1);
            mallory.expect(TerminateCode.DDP_TAGGED_INVALID_STAG, write(mallory.key, mallory.base, 8));
        }
        assertNobodyWasHarmed();
    }

    @Test
    void flush_underAnotherConnectionsKey_isRefusedByItsCode() throws Exception {
        try (Mallory mallory = new Mallory(true)) {
            Response refused = mallory.peer
                    .call(Request.newBuilder()
                            .setFlush(Flush.newBuilder()
                                    .setKey(victimRegion.getKey())
                                    .setAddress(victimRegion.getBaseAddress())
                                    .setLengthBytes(8)))
                    .getResponse();
            assertThat(ErrorCode.ofNumber(refused.getStatus())).isEqualTo(ErrorCode.ACCESS_REFUSED);
        }
        assertNobodyWasHarmed();
    }

    private static Response authenticate(RawPeer peer, String message) throws Exception {
        return peer.call(Request.newBuilder()
                        .setAuthenticate(Authenticate.newBuilder().setMessage(message)))
                .getResponse();
    }

    private static Response hello(RawPeer peer) throws Exception {
        return peer.call(Request.newBuilder()
                        .setHello(Hello.newBuilder().setProtocolVersion(1).setPurpose(Hello.Purpose.TOOL)))
                .getResponse();
    }

    private static Response openOwned(RawPeer peer) throws Exception {
        return peer.call(Request.newBuilder()
                        .setOpenRegion(OpenRegion.newBuilder().setRegion("owned")))
                .getResponse();
    }

    private static void assertStatus(Response response, ErrorCode code) {
        assertThat(ErrorCode.ofNumber(response.getStatus()))
                .as(response.getMessage())
                .isEqualTo(code);
    }

    /** What somebody on the way has seen of a log-in that succeeded is of no use, wherever it is sent again. */
    @Test
    void login_replayed_isRefused() throws Exception {
        ScramClient client = new ScramClient(OWNER, new DerivedKeyCache(), random);
        String seenFirst = client.first();
        try (RawPeer owner = new RawPeer(address).started()) {
            Response challenge = authenticate(owner, seenFirst);
            String seenFinal = client.answer(challenge.getAuthenticate().getMessage());
            Response proved = authenticate(owner, seenFinal);
            client.finish(proved.getAuthenticate().getMessage());

            // On the connection that it was made for.
            assertStatus(authenticate(owner, seenFinal), ErrorCode.PROTOCOL_VIOLATION);
            assertThat(hello(owner).getStatus()).isZero();
            assertStatus(authenticate(owner, seenFinal), ErrorCode.PROTOCOL_VIOLATION);
            CreateRegion create = CreateRegion.newBuilder()
                    .setRegion("owned")
                    .setSizeBytes(REGION_BYTES)
                    .build();
            assertThat(owner.call(Request.newBuilder().setCreateRegion(create))
                            .getResponse()
                            .getRegion()
                            .getOwner())
                    .isEqualTo("owner");

            // On another one: with the same beginning, with its own challenge's answer left out, and without a
            // beginning.
            assertReplayRefused(ErrorCode.AUTHENTICATION_FAILED, seenFirst, seenFinal);
            assertReplayRefused(ErrorCode.AUTHENTICATION_FAILED, seenFirst, seenFinal.replaceFirst("r=[^,]*", "r=x"));
            assertReplayRefused(ErrorCode.PROTOCOL_VIOLATION, seenFinal);
            assertThat(openOwned(owner).getStatus()).isZero();
        }
        assertNobodyWasHarmed();
    }

    private void assertReplayRefused(ErrorCode code, String... messages) throws Exception {
        try (RawPeer mallory = new RawPeer(address).started()) {
            Response last = Response.getDefaultInstance();
            for (String message : messages) {
                assertThat(last.getStatus()).isZero();
                last = authenticate(mallory, message);
            }
            assertStatus(last, code);
            // Not even as nobody, whom this unit would let in.
            assertStatus(hello(mallory), ErrorCode.AUTHENTICATION_FAILED);
            assertStatus(openOwned(mallory), ErrorCode.PROTOCOL_VIOLATION);
        }
        try (RawPeer nobody = new RawPeer(address).greeted(Hello.Purpose.TOOL, "", ByteString.EMPTY)) {
            assertStatus(openOwned(nobody), ErrorCode.NOT_AUTHORIZED);
        }
    }

    @Test
    void segments_ofTheCorpus_harmNobody() throws Exception {
        for (Map.Entry<String, byte[]> evil : corpus().entrySet()) {
            try (Mallory mallory = new Mallory(true)) {
                mallory.peer.send(RawPeer.frame(evil.getValue()));
                mallory.peer.finish();
                mallory.peer.answers();
            }
        }
        assertNobodyWasHarmed();
    }

    private static Map<String, byte[]> corpus() throws IOException {
        Map<String, byte[]> segments = new LinkedHashMap<>();
        try (InputStream in = AttackTest.class.getResourceAsStream("/attack/segments.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    String[] parts = line.split(" ", 2);
                    segments.put(
                            parts[0],
                            parts.length < 2 ? new byte[0] : HexFormat.of().parseHex(parts[1]));
                }
            }
        }
        assertThat(segments).isNotEmpty();
        return segments;
    }

    /** Sessions of frames that are good until an evil one comes, which is the last that the interface looks at. */
    @Test
    void frames_atRandom_harmNobody() throws Exception {
        int frames = Integer.getInteger("attack.frames", DEFAULT_FRAMES);
        System.out.println("AttackTest: -Dattack.frames=" + frames + " -Dattack.seed=" + seed);
        byte[][] corpus = corpus().values().toArray(byte[][]::new);
        int sent = 0;
        while (sent < frames) {
            try (Mallory mallory = new Mallory(true)) {
                int good = random.nextInt(256);
                try {
                    ByteArrayOutputStream session = new ByteArrayOutputStream();
                    for (int i = 0; i < good; i++) {
                        session.writeBytes(goodFrame(mallory));
                    }
                    session.writeBytes(evilFrame(mallory, corpus));
                    mallory.peer.send(session.toByteArray());
                    mallory.peer.finish();
                } catch (IOException e) {
                    assertThat(e.getMessage()).as("-Dattack.seed=%d", seed).containsAnyOf("reset", "Broken", "closed");
                }
                mallory.peer.answers();
                sent += good + 1;
            }
        }
        assertNobodyWasHarmed();
    }

    private byte[] goodFrame(Mallory mallory) {
        byte[] payload = new byte[1 + random.nextInt(64)];
        random.nextBytes(payload);
        long at = mallory.base + random.nextInt(REGION_BYTES - payload.length);
        return RawPeer.tagged(RdmapOpcode.WRITE, true, mallory.key, at, payload);
    }

    private byte[] evilFrame(Mallory mallory, byte[][] corpus) throws ProtocolFaultException {
        byte[] noise = new byte[1 + random.nextInt(80)];
        random.nextBytes(noise);
        return switch (random.nextInt(7)) {
            case 0 -> RawPeer.frame(noise);
            case 1 -> RawPeer.frame(corpus[random.nextInt(corpus.length)]);
            case 2 -> {
                byte[] flipped = goodFrame(mallory);
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            case 3 -> write(random.nextInt(), victimRegion.getBaseAddress() + random.nextInt(REGION_BYTES), 8);
            case 4 -> write(victimRegion.getKey(), random.nextLong(), 1 + random.nextInt(64));
            case 5 -> {
                byte[] good = goodFrame(mallory);
                yield Arrays.copyOf(good, random.nextInt(good.length));
            }
            default -> noise;
        };
    }
}
