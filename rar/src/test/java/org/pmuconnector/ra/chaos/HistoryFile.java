package org.pmuconnector.ra.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.pmuconnector.checkpoint.Checkpoint;

/**
 * What a process asked for and was told: one line an event, each written at once by one call of the operating system, so
 * that it is there however the process ends. A line is {@code NANOS EVENT ARGUMENTS}, separated by spaces:
 *
 * <pre>
 * CALL operation kind id...               a write begins; its sets have these ids
 * DECIDED operation                       of kind TWO_PHASE: it is prepared, and will commit
 * RETURN operation outcome reason         it has ended: ACKNOWLEDGED, NOT_WRITTEN or UNKNOWN
 * SET epoch sequence UPDATE id            was delivered, or read
 * SET epoch sequence BASE id covers id... the same; a state, with the ids of the sets from 1 to the one that it covers
 * PRIMARY epoch, FENCED epoch, RESET, QUIET
 * DEFECT text                             something that no fault explains
 * </pre>
 *
 * <p>The time is {@link System#nanoTime()}, which is CLOCK_MONOTONIC on Linux: the same for all processes of a machine, in
 * whatever network namespace they are, and never set back. So calls of different processes can be put in order. Safe for
 * use by many threads.
 */
final class HistoryFile implements AutoCloseable {

    /** The word of a decision. */
    static final String DECIDED = "DECIDED";

    private final FileChannel channel;

    /** A new file. */
    HistoryFile(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
    }

    void called(String operation, String kind, List<String> ids) {
        add("CALL " + operation + " " + kind + " " + String.join(" ", ids));
    }

    void decided(String operation) {
        add(DECIDED + " " + operation);
    }

    void returned(String operation, String outcome, String reason) {
        add("RETURN " + operation + " " + outcome + " " + reason);
    }

    void delivered(Checkpoint set) {
        Content content;
        try {
            content = Content.decode(set.payload());
        } catch (IllegalArgumentException e) {
            defect(set + ": " + e.getMessage());
            return;
        }
        String head = "SET " + set.epoch() + " " + set.sequence() + " " + set.kind() + " " + content.id();
        add(set.kind() == Checkpoint.Kind.BASE ? head + content.stateText() : head);
    }

    void primary(long epoch) {
        add("PRIMARY " + epoch);
    }

    void fenced(long epoch) {
        add("FENCED " + epoch);
    }

    void reset() {
        add("RESET");
    }

    /** Nothing more is written from here. */
    void quiet() {
        add("QUIET");
    }

    void defect(String what) {
        add("DEFECT " + what.replace('\n', ' '));
    }

    private void add(String event) {
        ByteBuffer line = ByteBuffer.wrap((System.nanoTime() + " " + event + "\n").getBytes(UTF_8));
        try {
            // A file that is appended to takes a line whole, or the disk is full.
            channel.write(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
