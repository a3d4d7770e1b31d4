package org.pmuconnector.sample.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.sample.generator.OrderFlow;

class LobsterFormatTest {

    @Test
    void parse_submission_hasEveryField() throws MalformedMessageException {
        assertThat(LobsterFormat.parse("34200.004241176,1,16113575,18,5853300,1", 1))
                .isEqualTo(new Message(34_200_004_241_176L, MessageType.SUBMISSION, 16_113_575, 18, 5_853_300, 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "34200.5,1,1,1,1,1 | 34200500000000",
                "34200,1,1,1,1,1 | 34200000000000",
                "0.000000001,1,1,1,1,1 | 1",
                "34200.012,1,1,1,1,1 | 34200012000000"
            })
    void parse_timeWithFewerDecimals_isNanoseconds(String line, long timeNanos) throws MalformedMessageException {
        assertThat(LobsterFormat.parse(line, 1).timeNanos()).isEqualTo(timeNanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "34713.685155243,7,0,0,-1,-1",
                "34713.685155243, 7, 0, 0, 1, -1",
                "34200.19,6,-1,29000,5854200,-1",
                "34200.19,5,0,100,5854200,1",
                "34200.004241176,1,16113575,18,5853300,1,null"
            })
    void parse_lineOfARealFile_isTaken(String line) throws MalformedMessageException {
        assertThat(LobsterFormat.parse(line, 1)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | expected 6 fields",
                "34200.0,1,1,1,1 | expected 6 fields",
                "34200.0,1,1,1,1,1,a,b | expected 6 fields",
                "time,type,id,size,price,direction | time must be",
                "34200.1234567890,1,1,1,1,1 | time must be",
                "-1,1,1,1,1,1 | time must be",
                "34200.,1,1,1,1,1 | time must be",
                "3.4e4,1,1,1,1,1 | time must be",
                "172800,1,1,1,1,1 | time must be",
                "34200,0,1,1,1,1 | type must be from 1 to 7",
                "34200,8,1,1,1,1 | type must be from 1 to 7",
                "34200,9999999999999,1,1,1,1 | type must be from 1 to 7",
                "34200,1,0,1,1,1 | order id must be 1 or more",
                "34200,1,x,1,1,1 | order id must be an integer",
                "34200,1,9999999999999999999,1,1,1 | order id must be an integer",
                "34200,1,1,0,1,1 | size must be 1 or more",
                "34200,1,1,4294967297,1,1 | size is too large",
                "34200,1,1,1,0,1 | price must be",
                "34200,1,1,1,1000000000001,1 | price must be",
                "34200,1,1,1,5.5,1 | price must be an integer",
                "34200,1,1,1,1,0 | direction must be",
                "34200,1,1,1,1,2 | direction must be",
                "34200,7,0,0,2,1 | price of a trading halt",
                "34200,4,1,1,1, | direction must be an integer",
                "34200,1,١,1,1,1 | order id must be an integer"
            })
    void parse_malformedLine_namesLineAndField(String line, String reason) {
        assertThatThrownBy(() -> LobsterFormat.parse(line, 17))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageStartingWith("line 17: ")
                .hasMessageContaining(reason);
    }

    @Test
    void parse_overlongLine_isRefusedBeforeItIsSplit() {
        assertThatThrownBy(() -> LobsterFormat.parse("1".repeat(LobsterFormat.MAX_LINE_LENGTH + 1), 3))
                .hasMessage("line 3: the line is longer than 256 characters");
    }

    @Test
    void parse_controlCharacters_doNotReachTheError() {
        assertThatThrownBy(() -> LobsterFormat.parse("34200\r\u001b[31m,1,1,1,1,1", 1))
                .isInstanceOf(MalformedMessageException.class)
                .message()
                .doesNotContain("\r")
                .doesNotContain("\u001b");
    }

    @Test
    void format_generatedMessages_parseBackEqual() throws MalformedMessageException {
        long lineNumber = 1;
        for (Message message : new OrderFlow(7).take(5_000)) {
            String line = LobsterFormat.format(message);
            assertThat(LobsterFormat.parse(line, lineNumber++)).as(line).isEqualTo(message);
        }
    }
}
