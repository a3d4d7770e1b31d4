package org.pmuconnector.pmu.nic.verbs;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegisteredRange;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.ToInitiator;
import org.pmuconnector.control.wire.VerbsGreeting;
import org.pmuconnector.control.wire.VerbsWelcome;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.pmu.nic.VerbsPeer;

/** A {@link VerbsPeer} that can also do as it should, up to where the test wants it. */
final class Intruder implements AutoCloseable {

    /** Of the name that the tests give to its regions. */
    static final String NAME = "mallory";

    static final ByteString TOKEN = UnitClient.token(66);

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int NUDGE_MILLIS = 200;

    final VerbsPeer peer;
    private final Queue<Event> events = new ArrayDeque<>();
    private int credits = VerbsPeer.WINDOW;
    private int untold;
    private long lastId;
    private long connectionId;
    private int lastKey;

    private Intruder(VerbsPeer peer) {
        this.peer = peer;
    }

    /** Connected, and nothing more. */
    static Intruder connect(InetSocketAddress unit) throws Exception {
        return connect(unit, VerbsPeer.WINDOW, 7);
    }

    static Intruder connect(InetSocketAddress unit, int receives, int retries) throws Exception {
        VerbsPeer peer = VerbsPeer.create();
        try {
            peer.connect(unit, receives, retries);
            return new Intruder(peer);
        } catch (IOException | RuntimeException e) {
            peer.close();
            throw e;
        }
    }

    VerbsWelcome greet(int version) throws IOException {
        send(Frames.whole(0, VerbsGreeting.newBuilder().setVersion(version).build()));
        byte[] welcome = message();
        if (welcome == null) {
            throw new IOException("ended without a welcome");
        }
        return VerbsWelcome.parseFrom(welcome);
    }

    /** Greeted, and with its hello answered: a data connection of its name. */
    Intruder loggedIn() throws IOException {
        return loggedIn(Hello.Purpose.DATA, NAME, TOKEN);
    }

    Intruder loggedIn(Hello.Purpose purpose, String instance, ByteString token) throws IOException {
        greet(1);
        Response answer = call(Request.newBuilder()
                .setHello(Hello.newBuilder()
                        .setProtocolVersion(1)
                        .setPurpose(purpose)
                        .setInstanceName(instance)
                        .setInstanceToken(token)));
        connectionId = require(answer).getHello().getConnectionId();
        return this;
    }

    /** The number that the unit has given to the connection, after the log-in. */
    long connectionId() {
        return connectionId;
    }

    /** The device's names for a region that it may use. */
    RegisteredRange open(String region, boolean write, long epoch) throws IOException {
        OpenRegionReply opened = require(call(Request.newBuilder()
                        .setOpenRegion(OpenRegion.newBuilder()
                                .setRegion(region)
                                .setWrite(write)
                                .setEpoch(epoch))))
                .getOpenRegion();
        lastKey = opened.getKey();
        return opened.getRanges(0);
    }

    /** The unit's own name for what was opened last. */
    int lastKey() {
        return lastKey;
    }

    private static Response require(Response response) throws IOException {
        if (response.getStatus() != 0) {
            throw new IOException("refused: " + response.getMessage());
        }
        return response;
    }

    Response call(Request.Builder request) throws IOException {
        send(Frames.whole(tellCredits(), request.setId(++lastId).build()));
        Response response = response();
        if (response == null) {
            throw new IOException("ended without an answer");
        }
        return response;
    }

    /** The next response, null if the connection ends first. */
    Response response() throws IOException {
        for (byte[] message = message(); message != null; message = message()) {
            ToInitiator parsed = ToInitiator.parseFrom(message);
            if (parsed.hasResponse()) {
                return parsed.getResponse();
            }
            events.add(parsed.getEvent());
        }
        return null;
    }

    /** How many sends the unit has room for, as far as it has told. */
    int credits() {
        return credits;
    }

    /** Sends a frame, and waits until it is sent. */
    String send(byte[] frame) throws IOException {
        credits--;
        return peer.send(frame);
    }

    /** Sends frames as one, and waits until they are sent. */
    void send(List<byte[]> frames) throws IOException {
        credits -= frames.size();
        peer.postSends(frames);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (peer.underWay() > 0 && !peer.isOver()) {
            requireTime(deadline);
            peer.completed();
        }
    }

    /** How many receives have been posted again since that was told last; this tells. */
    int tellCredits() {
        int told = untold;
        untold = 0;
        return told;
    }

    /** A message's bytes; null if the connection ends first. */
    private byte[] message() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            byte[] frame = peer.receive(NUDGE_MILLIS);
            if (frame == null) {
                if (peer.isOver()) {
                    return null;
                }
                requireTime(deadline);
                nudge();
            } else if (take(frame)) {
                message.writeBytes(Frames.part(frame));
                if (Frames.isLast(frame)) {
                    return message.toByteArray();
                }
            }
        }
    }

    /** Whether there is something in a frame but credits. */
    private boolean take(byte[] frame) {
        untold++;
        credits += Frames.credits(frame);
        return !Frames.isNothing(frame);
    }

    /** A Soft-iWARP device may leave what comes first lying until something follows. */
    private void nudge() throws IOException {
        if (credits > 0) {
            send(Frames.nothing(tellCredits()));
        }
    }

    /** Waits a little for credits. */
    void awaitCredits() throws IOException {
        byte[] frame = peer.receive(NUDGE_MILLIS);
        if (frame != null) {
            take(frame);
        }
    }

    /** Waits until the unit, or its device, has ended the connection; takes what comes before. */
    void awaitEnd() throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!peer.isOver()) {
            requireTime(deadline);
            if (peer.receive(NUDGE_MILLIS) == null && !peer.isOver()) {
                nudge();
            }
        }
    }

    private static void requireTime(long deadline) {
        if (System.nanoTime() - deadline > 0) {
            throw new AssertionError("the unit neither answers nor ends the connection");
        }
    }

    @Override
    public void close() {
        peer.close();
    }
}
