package org.pmuconnector.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DemoResultTest {

    @Test
    void line_goodRun_hasTheAgreedForm() {
        DemoResult result = new DemoResult(20_000, 20_000, 0, 0, 123, true);
        assertThat(result.isGood()).isTrue();
        assertThat(result.line())
                .isEqualTo("RESULT acknowledged=20000 lost=0 duplicated=0 failoverMillis=123 digest=match");
    }

    @Test
    void isGood_anythingWrong_isFalse() {
        assertThat(new DemoResult(10, 9, 1, 0, 5, true).isGood()).isFalse();
        assertThat(new DemoResult(10, 11, 0, 1, 5, true).isGood()).isFalse();
        assertThat(new DemoResult(10, 10, 0, 0, 5, false).isGood()).isFalse();
        assertThat(new DemoResult(10, 10, 0, 0, 5, false).line()).endsWith("digest=mismatch");
    }
}
