package org.pmuconnector.sample.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.sample.book.MalformedMessageException;

class LobsterLinesTest {

    private static final String LINE = "34200.5,1,7,10,100,1";

    @ParameterizedTest
    @ValueSource(
            strings = {
                LINE + "\n" + LINE + "\n" + LINE + "\n",
                LINE + "\n" + LINE + "\n" + LINE,
                LINE + "\r\n" + LINE + "\r\n" + LINE + "\r\n"
            })
    void take_threeLines_givesThemInPieces(String text) throws Exception {
        LobsterLines lines = lines(text);
        assertThat(lines.take(2)).hasSize(2);
        assertThat(lines.take(2)).hasSize(1);
        assertThat(lines.take(2)).isEmpty();
    }

    @Test
    void take_emptyBody_givesNothing() throws Exception {
        assertThat(lines("").take(10)).isEmpty();
    }

    @Test
    void take_emptyLineBetween_isRefusedWithItsNumber() {
        LobsterLines lines = lines(LINE + "\n\n" + LINE);
        assertThatThrownBy(() -> lines.take(10))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageStartingWith("line 2: expected 6 fields");
    }

    @Test
    void take_malformedLineOfALaterPiece_hasItsNumberInTheBody() throws Exception {
        LobsterLines lines = lines(LINE + "\n" + LINE + "\nnonsense\n");
        lines.take(2);
        assertThatThrownBy(() -> lines.take(2)).hasMessageStartingWith("line 3: ");
    }

    @Test
    void take_endlessLine_isRefusedBeforeItFillsTheMemory() {
        LobsterLines lines = new LobsterLines(new InputStream() {
            @Override
            public int read() {
                return '1';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                Arrays.fill(buffer, offset, offset + length, (byte) '1');
                return length;
            }
        });
        assertThatThrownBy(() -> lines.take(1)).hasMessage("line 1: the line is longer than 256 characters");
    }

    @Test
    void boundedInput_bodyAtAndBeyondTheLimit_isReadAndRefused() throws IOException {
        byte[] body = new byte[100];
        assertThat(new BoundedInput(new ByteArrayInputStream(body), 100).readAllBytes())
                .hasSize(100);
        InputStream tooLong = new BoundedInput(new ByteArrayInputStream(body), 99);
        assertThatThrownBy(tooLong::readAllBytes)
                .isInstanceOf(BoundedInput.LimitExceededException.class)
                .hasMessage("the body is longer than 99 bytes");
    }

    private static LobsterLines lines(String text) {
        return new LobsterLines(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
