package org.pmuconnector.benchmarks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * What this process has logged, and when by {@link System#nanoTime()}: on Linux one clock for all processes of a machine
 * (CLOCK_MONOTONIC). It replaces every other handler, as only figures are of interest here. Safe for use by many threads.
 */
final class LogMoments extends Handler {

    private static final int MOST_KEPT = 1000;

    /** A message and when it was logged. */
    private record Moment(long nanoTime, String text) {}

    private final Formatter formatter = new SimpleFormatter();
    private final Deque<Moment> moments = new ArrayDeque<>();

    private LogMoments() {}

    /** Hears all from INFO on that this process logs from now on. */
    static LogMoments install() {
        LogManager.getLogManager().reset();
        LogMoments moments = new LogMoments();
        Logger.getLogger("").addHandler(moments);
        return moments;
    }

    @Override
    public void publish(LogRecord message) {
        long now = System.nanoTime();
        String text = formatter.formatMessage(message);
        synchronized (moments) {
            moments.add(new Moment(now, text));
            if (moments.size() > MOST_KEPT) {
                moments.remove();
            }
        }
    }

    /** The newest message with this in it: its moment, a space, the text; empty if there is none. */
    String newest(String part) {
        synchronized (moments) {
            Iterator<Moment> newestFirst = moments.descendingIterator();
            while (newestFirst.hasNext()) {
                Moment moment = newestFirst.next();
                if (moment.text.contains(part)) {
                    return moment.nanoTime + " " + moment.text.replace('\n', ' ');
                }
            }
            return "";
        }
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
