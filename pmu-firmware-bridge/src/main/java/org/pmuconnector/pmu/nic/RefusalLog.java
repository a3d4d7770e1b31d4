package org.pmuconnector.pmu.nic;

import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.pmuconnector.model.MonotonicClock;

/**
 * Logs what peers were refused, with who and why: at most one line a second for each peer, and a bounded number for all
 * together, so that a hostile peer can neither fill a disk nor hide what others do. What is left out is counted and told
 * with the peer's next line, or when the peer has been quiet. A peer is a host, not one of its connections: new
 * connections cost nothing. Safe for use by many threads.
 */
public final class RefusalLog {

    /** Between two lines about the same peer. */
    static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Peers that are told apart at the same time; of more, the one that was quiet longest is forgotten. */
    static final int MAX_PEERS = 1024;

    /** Lines in one interval about all peers together. */
    static final int MAX_LINES = 32;

    private static final Pattern PORT = Pattern.compile(":\\d+$");

    private final System.Logger log;
    private final MonotonicClock clock;

    /** The peers that have been refused something lately; the one that was longest ago is first. */
    private final Map<String, Peer> peers = new LinkedHashMap<>(16, 0.75f, true);

    private long intervalStartNanos;
    private int lines;
    private long leftOut;
    private long total;

    private static final class Peer {
        private long nextLineNanos;
        private long lastNanos;
        private long leftOut;
    }

    /** A log of its own, with lines in the name of whoever refuses. */
    public RefusalLog(Class<?> refuser) {
        this(System.getLogger(refuser.getName()), MonotonicClock.system());
    }

    RefusalLog(System.Logger log, MonotonicClock clock) {
        this.log = log;
        this.clock = clock;
        this.intervalStartNanos = clock.nanoTime();
    }

    /**
     * Something was refused.
     *
     * @param peer address and port, or another name
     * @param refusal what, and why
     */
    public synchronized void refused(String peer, String refusal) {
        long now = clock.nanoTime();
        total++;
        forgetQuiet(now);
        String host = PORT.matcher(peer).replaceFirst("");
        Peer known = peers.get(host);
        boolean fresh = known == null;
        if (fresh) {
            forgetOne();
            known = new Peer();
            peers.put(host, known);
        }
        known.lastNanos = now;
        if ((fresh || now - known.nextLineNanos >= 0) && hasLine(now)) {
            known.nextLineNanos = now + INTERVAL_NANOS;
            log.log(Level.WARNING, "{0}: {1}{2}", peer, refusal, more(known.leftOut));
            known.leftOut = 0;
        } else {
            if (fresh) {
                known.nextLineNanos = now;
            }
            known.leftOut++;
            leftOut++;
        }
    }

    /** How much has been refused, logged or not. */
    public synchronized long total() {
        return total;
    }

    /** How much of it was not logged with a line of its own. */
    public synchronized long leftOut() {
        return leftOut;
    }

    /** How many peers are told apart now. */
    synchronized int peerCount() {
        return peers.size();
    }

    private boolean hasLine(long now) {
        if (now - intervalStartNanos >= INTERVAL_NANOS) {
            intervalStartNanos = now;
            lines = 0;
        }
        return ++lines <= MAX_LINES;
    }

    private void forgetQuiet(long now) {
        var eldest = peers.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<String, Peer> entry = eldest.next();
            if (now - entry.getValue().lastNanos < INTERVAL_NANOS) {
                return;
            }
            if (entry.getValue().leftOut > 0 && !hasLine(now)) {
                return;
            }
            tellLeftOut(entry);
            eldest.remove();
        }
    }

    private void forgetOne() {
        if (peers.size() >= MAX_PEERS) {
            peers.remove(peers.keySet().iterator().next());
        }
    }

    private void tellLeftOut(Map.Entry<String, Peer> entry) {
        if (entry.getValue().leftOut > 0) {
            log.log(Level.WARNING, "{0}: {1} more refusals", entry.getKey(), entry.getValue().leftOut);
        }
    }

    private static String more(long count) {
        return count == 0 ? "" : "; and " + count + " refusals before";
    }
}
