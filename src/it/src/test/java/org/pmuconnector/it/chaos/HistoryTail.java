package org.pmuconnector.it.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Reads a history file while its process writes it. One thread at a time. */
final class HistoryTail {

    private static final int PIECE_BYTES = 1 << 16;

    private final Path file;
    private final ProcessHistory history;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long position;

    /**
     * A reader at the file's beginning.
     *
     * @param file need not be there yet
     */
    HistoryTail(Path file, String process) {
        this.file = file;
        this.history = new ProcessHistory(process);
    }

    /** What there was when it was read last. */
    ProcessHistory history() {
        return history;
    }

    /** Reads what has been added. */
    ProcessHistory read() throws IOException {
        if (!Files.exists(file)) {
            return history;
        }
        ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int count = channel.read(piece, position);
            while (count > 0) {
                position += count;
                take(piece.flip());
                count = channel.read(piece.clear(), position);
            }
        }
        return history;
    }

    private void take(ByteBuffer piece) {
        while (piece.hasRemaining()) {
            byte next = piece.get();
            if (next == '\n') {
                history.add(line.toString(UTF_8));
                line.reset();
            } else {
                line.write(next);
            }
        }
    }
}
