package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Scanner;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.pmuconnector.instance.RegionRole;
import org.pmuconnector.model.PmuException;

/**
 * A server without the server, as a process of its own: an instance with one activation for one region, primary or
 * standby, which does what it is asked. Its arguments are those of {@link Membership.Settings}.
 *
 * <p>On the port that it announces it takes connections and lets them be, so that their end shows its own.
 */
final class Member {

    static final String REGION = "orders";

    private static final List<String> TOUCHED_HEAP = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Held, as what nobody refers to may be closed. */
    private static final Queue<SocketChannel> OPEN = new ConcurrentLinkedQueue<>();

    private final LogMoments log;
    private final Membership.Settings settings;
    private Membership membership;

    private Member(LogMoments log, Membership.Settings settings) throws PmuException {
        this.log = log;
        this.settings = settings;
        this.membership = Membership.begin(settings);
    }

    /** Starts one, which uses the region at once. */
    static ChildProcess start(Membership.Settings settings) throws IOException {
        return ChildProcess.start(Member.class, settings.arguments());
    }

    /** The same with a heap as large as it gets, and touched, as that of a server which has run for a while. */
    static ChildProcess startWarm(Membership.Settings settings) throws IOException {
        return ChildProcess.start(TOUCHED_HEAP, Member.class, settings.arguments());
    }

    public static void main(String[] args) throws IOException, PmuException {
        Member member = new Member(LogMoments.install(), Membership.Settings.parse(args));
        System.out.println(listen());
        ChildProcess.answerUntilEndOfParent(member::answer);
    }

    private static int listen() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Membership.start("yardstick", () -> accept(listener));
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    private static void accept(ServerSocketChannel listener) {
        while (true) {
            try {
                OPEN.add(listener.accept());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private String answer(String question) throws IOException {
        Scanner words = new Scanner(question);
        try {
            return switch (words.next()) {
                case "await" -> membership.awaitRole(RegionRole.valueOf(words.next()));
                case "base" -> membership.writeBase();
                case "append" -> membership.append(words);
                case "load" -> MemberLoad.of(membership.connection(), words);
                case "handover" -> membership.bean().handOver();
                case "takeover" -> membership.bean().awaitTermAfter(words.nextLong(), PATIENCE);
                case "lag" -> membership.lag();
                case "leave" -> leave();
                case "join" -> join();
                case "burn" -> ProcessorLoad.burn(words);
                case "logged" -> log.newest(words.nextLine().strip());
                default -> throw new IOException("a question that nobody answers: " + question);
            };
        } catch (PmuException e) {
            throw new IOException(question + ": " + e.getMessage(), e);
        }
    }

    private String leave() {
        membership.close();
        membership = null;
        return "left";
    }

    private String join() throws PmuException {
        membership = Membership.begin(settings);
        return "joined";
    }
}
