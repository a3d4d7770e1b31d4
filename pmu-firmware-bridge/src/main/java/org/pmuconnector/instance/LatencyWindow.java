package org.pmuconnector.instance;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.pmuconnector.model.MonotonicClock;

/**
 * How long things took lately: a histogram for the present minute beside that of the minute before. What an operator wants
 * to know is how it is now, which a histogram of a whole life hides more and more. Safe for use by many threads.
 */
final class LatencyWindow {

    /** Statistics are of one to two of these. */
    static final Duration WINDOW = Duration.ofMinutes(1);

    private record Histograms(LatencyHistogram present, LatencyHistogram former, long sinceNanos) {}

    private final MonotonicClock clock;
    private final AtomicReference<Histograms> histograms;

    LatencyWindow(MonotonicClock clock) {
        this.clock = clock;
        this.histograms =
                new AtomicReference<>(new Histograms(new LatencyHistogram(), new LatencyHistogram(), clock.nanoTime()));
    }

    /** Something that began then has just ended. */
    void record(long begunNanos) {
        long now = clock.nanoTime();
        at(now).present.record(now - begunNanos);
    }

    LatencyStatistics statistics() {
        Histograms now = at(clock.nanoTime());
        return now.present.with(now.former);
    }

    private Histograms at(long now) {
        Histograms seen = histograms.get();
        long age = now - seen.sinceNanos;
        long window = WINDOW.toNanos();
        if (age < window) {
            return seen;
        }
        Histograms next = age < 2 * window
                ? new Histograms(new LatencyHistogram(), seen.present, seen.sinceNanos + window)
                : new Histograms(new LatencyHistogram(), new LatencyHistogram(), now);
        return histograms.compareAndSet(seen, next) ? next : histograms.get();
    }
}
