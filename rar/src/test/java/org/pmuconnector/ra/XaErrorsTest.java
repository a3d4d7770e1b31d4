package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

class XaErrorsTest {

    private static int code(ErrorCode code, Durability durability) {
        return XaErrors.commitFailure(new PmuException(code, "failed", durability, null));
    }

    private static boolean isRollback(int xaCode) {
        return xaCode >= XAException.XA_RBBASE && xaCode <= XAException.XA_RBEND;
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void commitFailure_notKnownToBeUnwritten_neverPromisesARollback(ErrorCode code) {
        assertThat(isRollback(code(code, Durability.UNKNOWN))).isFalse();
        assertThat(isRollback(code(code, Durability.WRITTEN))).isFalse();
    }

    @Test
    void commitFailure_notWritten_isARollbackUnlessFencedOrADefect() {
        List<ErrorCode> others = Arrays.stream(ErrorCode.values())
                .filter(code -> !isRollback(code(code, Durability.NOT_WRITTEN)))
                .toList();

        assertThat(others).containsExactlyInAnyOrder(ErrorCode.FENCED_OFF, ErrorCode.INTERNAL);
        assertThat(code(ErrorCode.FENCED_OFF, Durability.NOT_WRITTEN)).isEqualTo(XAException.XAER_RMFAIL);
        assertThat(code(ErrorCode.INTERNAL, Durability.NOT_WRITTEN)).isEqualTo(XAException.XAER_RMERR);
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void commitFailure_anyFailure_isNoCodeThatServersRetryAfterAMinute(ErrorCode code) {
        for (Durability durability : Durability.values()) {
            assertThat(code(code, durability))
                    .isNotIn(XAException.XA_RBCOMMFAIL, XAException.XA_RBTRANSIENT, XAException.XA_RETRY);
        }
    }

    @Test
    void notSettled_unknownBranch_isNotaAndAllElseIsTriedAgain() {
        PmuException unknown = new PmuException(ErrorCode.BRANCH_UNKNOWN, "no such branch");
        PmuException away = new PmuException(ErrorCode.UNIT_UNREACHABLE, "no answer");

        assertThat(XaErrors.notSettled(unknown, "COMMIT").errorCode).isEqualTo(XAException.XAER_NOTA);
        assertThat(XaErrors.notSettled(away, "COMMIT"))
                .hasCause(away)
                .hasMessageContainingAll("COMMIT", "no answer")
                .satisfies(e -> assertThat(e.errorCode).isEqualTo(XAException.XAER_RMFAIL));
    }
}
