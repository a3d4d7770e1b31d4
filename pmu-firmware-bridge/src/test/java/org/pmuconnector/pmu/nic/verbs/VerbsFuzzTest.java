package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.ClaimPrimary;
import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.GetUnit;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.pmu.nic.VerbsPeer;

/**
 * Frames at random, on many connections: {@code -Dattack.frames=N -Dattack.seed=S}. On each come harmless ones, then evil
 * ones until the unit ends it.
 */
@Tag("rdma")
class VerbsFuzzTest {

    private static final int FRAMES = Integer.getInteger("attack.frames", 10_000);
    private static final int MOST_HARMLESS = 512;
    private static final int MOST_EVIL = 16;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("attack.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void frames_atRandom_harmNobody() throws Exception {
        System.out.println("VerbsFuzzTest: -Dattack.frames=" + FRAMES + " -Dattack.seed=" + seed);
        NicOptions options = NicOptions.defaults().withTimeouts(60_000, 60_000);
        try (AttackedUnit unit = new AttackedUnit(folder, options)) {
            int sent = 0;
            while (sent < FRAMES) {
                try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
                    sent += harmless(intruder, random.nextInt(MOST_HARMLESS));
                    sent += evil(intruder);
                }
                unit.assertUnharmed();
            }
            unit.assertNothingIsLeft();
        }
    }

    /** Frames that say nothing, with whatever behind. */
    private int harmless(Intruder intruder, int count) throws Exception {
        int sent = 0;
        while (sent < count) {
            List<byte[]> frames = new ArrayList<>();
            while (frames.size() < intruder.credits() && sent < count) {
                byte[] noise = noise(random.nextInt(64));
                frames.add(Frames.frame(Frames.VERSION, Frames.NOTHING, intruder.tellCredits(), noise));
                sent++;
            }
            intruder.send(frames);
            intruder.awaitCredits();
            assertThat(intruder.peer.isOver()).as("-Dattack.seed=%d", seed).isFalse();
        }
        return sent;
    }

    private int evil(Intruder intruder) throws Exception {
        int sent = 0;
        while (sent < MOST_EVIL && intruder.credits() > 1 && !intruder.peer.isOver()) {
            intruder.send(evilFrame());
            sent++;
        }
        return sent;
    }

    private byte[] evilFrame() {
        byte[] request = request().toByteArray();
        return switch (random.nextInt(8)) {
            case 0 -> noise(random.nextInt(VerbsPeer.FRAME_BYTES));
            case 1 -> Frames.frame(Frames.VERSION, random.nextInt(256), random.nextInt(4), request);
            case 2 -> Frames.frame(random.nextInt(4), Frames.LAST, 0, request);
            case 3 -> Frames.frame(Frames.VERSION, Frames.LAST, random.nextInt(1 << 16), request);
            case 4 -> Frames.frame(Frames.VERSION, Frames.LAST, 0, noise(1 + random.nextInt(80)));
            case 5 -> {
                byte[] flipped = request.clone();
                flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
                yield Frames.frame(Frames.VERSION, Frames.LAST, 0, flipped);
            }
            case 6 ->
                Frames.frame(Frames.VERSION, Frames.LAST, 0, Arrays.copyOf(request, random.nextInt(request.length)));
            default -> Frames.frame(Frames.VERSION, 0, 0, noise(random.nextInt(100)));
        };
    }

    /** One that asks for what is not for this peer. */
    private Request request() {
        Request.Builder request = Request.newBuilder().setId(random.nextLong());
        return switch (random.nextInt(4)) {
            case 0 ->
                request.setOpenRegion(OpenRegion.newBuilder()
                                .setRegion("victim")
                                .setWrite(true)
                                .setEpoch(random.nextInt(3)))
                        .build();
            case 1 ->
                request.setFlush(Flush.newBuilder()
                                .setKey(random.nextInt())
                                .setAddress(random.nextLong())
                                .setLengthBytes(random.nextLong()))
                        .build();
            case 2 ->
                request.setClaimPrimary(
                                ClaimPrimary.newBuilder().setRegion("victim").setExpectedEpoch(random.nextLong()))
                        .build();
            default -> request.setGetUnit(GetUnit.getDefaultInstance()).build();
        };
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }
}
