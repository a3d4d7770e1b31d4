package org.pmuconnector;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What is logged while a test runs, by one class or by all. */
public final class RecordedLog extends Handler implements AutoCloseable {

    private final Formatter formatter = new SimpleFormatter();
    private final List<String> messages = new CopyOnWriteArrayList<>();

    /** Held, as a logger that nobody refers to is gone with its handlers. */
    private final Logger logger;

    private RecordedLog(String name) {
        logger = Logger.getLogger(name);
        logger.addHandler(this);
    }

    /** Records what the classes of a package log. */
    public static RecordedLog of(Package of) {
        return new RecordedLog(of.getName());
    }

    @Override
    public void publish(LogRecord message) {
        messages.add(message.getLevel() + " " + formatter.formatMessage(message));
    }

    /** Each message behind its level. */
    public List<String> messages() {
        return List.copyOf(messages);
    }

    @Override
    public void flush() {
        // Nothing is buffered.
    }

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
