package org.pmuconnector.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ResourceBundle;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogMessageTest {

    private static final int MOST_PARAMETERS = 10;

    private final List<String> lines = new ArrayList<>();

    /** A log that takes warnings and worse, and notes what it is given. */
    private final class Lines implements System.Logger {
        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= Level.WARNING.getSeverity();
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String text, Throwable thrown) {
            lines.add(level + " " + text + " because of " + thrown.getMessage());
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            // As loggers do: without parameters a text is no pattern.
            boolean plain = parameters == null || parameters.length == 0;
            lines.add(level + " " + (plain ? format : MessageFormat.format(format, parameters)));
        }
    }

    @Test
    void id_ofEach_isItsOwnAndRises() {
        assertThat(Arrays.stream(LogMessage.values()).map(LogMessage::id))
                .doesNotHaveDuplicates()
                .isSorted()
                .allMatch(id -> id.matches("PMU-M[1-9]\\d\\d"));
    }

    @ParameterizedTest
    @EnumSource
    void text_ofEach_takesAllItsParameters(LogMessage message) {
        Object[] words =
                IntStream.range(0, MOST_PARAMETERS).mapToObj(i -> "<" + i + ">").toArray();
        String text = message.text(words);

        assertThat(text).startsWith(message.id() + " ").doesNotContain("{", "}", "''");
        int used = new MessageFormat(message.pattern()).getFormatsByArgumentIndex().length;
        assertThat(used).isBetween(1, words.length);
        for (int i = 0; i < used; i++) {
            assertThat(text).contains("<" + i + ">");
        }
    }

    @Test
    void log_numbersAndBraces_areAsTheyAre() {
        LogMessage.NOT_ENDED.log(new Lines(), "session with {0} 'x'", 12_345L);

        assertThat(lines).containsExactly("WARNING PMU-M105 The session with {0} 'x' has not ended within 12345 ms.");
    }

    @Test
    void logFailure_withACause_hasBoth() {
        LogMessage.LISTENER_FAILED.logFailure(new Lines(), new IllegalStateException("this"), "orders", 20);

        assertThat(lines)
                .containsExactly("WARNING PMU-M402 The listener of region orders failed, delivering again in 20 ms."
                        + " because of this");
    }

    @Test
    void log_levelNotLogged_writesNothing() {
        LogMessage.ADAPTER_STARTED.log(new Lines(), "a");

        assertThat(lines).isEmpty();
    }
}
