package org.pmuconnector.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That docs/messages.md has every message and every error code, as they are in the code. */
class MessagesDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "messages.md");
    private static final Path ERROR_CODES =
            Path.of("src", "main", "java", "org", "pmuconnector", "model", "ErrorCode.java");

    /** Two columns more, of a word at least. */
    private static final String EXPLAINED = "\\| [^|]{5,} \\| [^|]{5,} \\|";

    private static List<String> rows(String codes) throws IOException {
        return Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.matches("\\| `PMU-" + codes + "` \\|.*"))
                .toList();
    }

    private static void assertNext(Iterator<String> rows, String columns) {
        assertThat(rows).as("a row for %s", columns).hasNext();
        assertThat(rows.next()).matches(Pattern.quote(columns) + EXPLAINED);
    }

    @Test
    void document_messages_areThoseOfTheCatalogue() throws IOException {
        Iterator<String> rows = rows("M\\d+").iterator();

        for (LogMessage message : LogMessage.values()) {
            String text = message.pattern().replace("''", "'");
            assertNext(rows, "| `" + message.id() + "` | " + message.level() + " | " + text + " ");
        }
        assertThat(rows).isExhausted();
    }

    @Test
    void document_errorCodes_areThoseOfTheCode() throws IOException {
        Iterator<String> rows = rows("\\d+").iterator();

        for (ErrorCode code : ErrorCode.values()) {
            assertNext(rows, "| `" + code.text() + "` | " + code + " | " + code.category() + " ");
        }
        assertThat(rows).isExhausted();
    }

    @Test
    void document_meaningsOfErrorCodes_areTheirComments() throws IOException {
        Matcher declared = Pattern.compile("/\\*\\* (.*) \\*/\\s+([A-Z_]+)\\(\\d+, [A-Z]+\\)")
                .matcher(Files.readString(ERROR_CODES));
        List<String> rows = rows("\\d+");
        int found = 0;
        for (; declared.find(); found++) {
            String columns = " | " + declared.group(1) + " | ";
            String name = " | " + declared.group(2) + " | ";
            assertThat(rows).as(name).anyMatch(row -> row.contains(name) && row.contains(columns));
        }
        assertThat(found).as("codes with a comment").isEqualTo(ErrorCode.values().length);
    }
}
