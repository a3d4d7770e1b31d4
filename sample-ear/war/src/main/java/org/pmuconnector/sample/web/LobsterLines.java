package org.pmuconnector.sample.web;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;

/**
 * Reads messages line by line from a body of any length. Lines end with LF or CR LF; the last one may lack its end.
 * Memory is bounded by the longest line allowed.
 */
final class LobsterLines {

    private final InputStream in;
    private final StringBuilder line = new StringBuilder();
    private long lineNumber;

    LobsterLines(InputStream in) {
        this.in = new BufferedInputStream(in, 16 * 1024);
    }

    /** The next messages, {@code max} at most; fewer only at the end, none behind it. */
    List<Message> take(int max) throws IOException, MalformedMessageException {
        List<Message> messages = new ArrayList<>();
        while (messages.size() < max && readLine()) {
            messages.add(LobsterFormat.parse(line.toString(), lineNumber));
        }
        return messages;
    }

    private boolean readLine() throws IOException, MalformedMessageException {
        line.setLength(0);
        int next = in.read();
        if (next < 0) {
            return false;
        }
        lineNumber++;
        for (; next >= 0 && next != '\n'; next = in.read()) {
            // One above the limit, for a CR.
            if (line.length() > LobsterFormat.MAX_LINE_LENGTH) {
                throw new MalformedMessageException(
                        lineNumber, "the line is longer than " + LobsterFormat.MAX_LINE_LENGTH + " characters");
            }
            // One character per byte: what is no ASCII is no digit either and is refused as such.
            line.append((char) next);
        }
        int last = line.length() - 1;
        if (last >= 0 && line.charAt(last) == '\r') {
            line.setLength(last);
        }
        return true;
    }
}
