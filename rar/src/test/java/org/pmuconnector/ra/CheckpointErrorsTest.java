package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ResourceAllocationException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pmuconnector.checkpoint.AccessRefusedException;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.DataLossException;
import org.pmuconnector.checkpoint.ErrorCategory;
import org.pmuconnector.checkpoint.FencedException;
import org.pmuconnector.checkpoint.NotPrimaryException;
import org.pmuconnector.checkpoint.OutcomeUnknownException;
import org.pmuconnector.checkpoint.PayloadTooLargeException;
import org.pmuconnector.checkpoint.RegionFullException;
import org.pmuconnector.checkpoint.RegionUnknownException;
import org.pmuconnector.checkpoint.SetsTrimmedException;
import org.pmuconnector.checkpoint.StaleOverwriteException;
import org.pmuconnector.checkpoint.UnitDamagedException;
import org.pmuconnector.checkpoint.UnitInUseException;
import org.pmuconnector.checkpoint.UnitUnreachableException;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

class CheckpointErrorsTest {

    private static final Map<ErrorCode, Class<?>> TYPES = Map.ofEntries(
            Map.entry(ErrorCode.UNIT_UNREACHABLE, UnitUnreachableException.class),
            Map.entry(ErrorCode.CONNECTION_LOST, UnitUnreachableException.class),
            Map.entry(ErrorCode.DEADLINE_EXCEEDED, UnitUnreachableException.class),
            Map.entry(ErrorCode.NO_SESSION, UnitUnreachableException.class),
            Map.entry(ErrorCode.UNIT_IN_USE, UnitInUseException.class),
            Map.entry(ErrorCode.UNIT_NOT_FORMATTED, UnitDamagedException.class),
            Map.entry(ErrorCode.UNIT_FORMAT_UNSUPPORTED, UnitDamagedException.class),
            Map.entry(ErrorCode.UNIT_DAMAGED, UnitDamagedException.class),
            Map.entry(ErrorCode.LOG_DAMAGED, UnitDamagedException.class),
            Map.entry(ErrorCode.REGION_UNKNOWN, RegionUnknownException.class),
            Map.entry(ErrorCode.REGION_FULL, RegionFullException.class),
            Map.entry(ErrorCode.PAYLOAD_TOO_LARGE, PayloadTooLargeException.class),
            Map.entry(ErrorCode.STALE_OVERWRITE, StaleOverwriteException.class),
            Map.entry(ErrorCode.SETS_TRIMMED, SetsTrimmedException.class),
            Map.entry(ErrorCode.NOT_PRIMARY, NotPrimaryException.class),
            Map.entry(ErrorCode.PRIMARY_EXISTS, NotPrimaryException.class),
            Map.entry(ErrorCode.EPOCH_CHANGED, NotPrimaryException.class),
            Map.entry(ErrorCode.FENCED_OFF, FencedException.class),
            Map.entry(ErrorCode.ACCESS_REFUSED, AccessRefusedException.class),
            Map.entry(ErrorCode.AUTHENTICATION_FAILED, AccessRefusedException.class),
            Map.entry(ErrorCode.NOT_AUTHORIZED, AccessRefusedException.class),
            Map.entry(ErrorCode.DATA_LOSS, DataLossException.class),
            Map.entry(ErrorCode.OUTCOME_UNKNOWN, OutcomeUnknownException.class));

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void of_everyCode_keepsAllThatIsKnown(ErrorCode code) {
        for (Durability durability : Durability.values()) {
            PmuException cause = new PmuException(code, "region orders: what and why", durability, null);

            CheckpointException e = CheckpointErrors.of(cause);

            assertThat(e).isExactlyInstanceOf(TYPES.getOrDefault(code, CheckpointException.class));
            assertThat(e).hasCause(cause).hasMessageStartingWith("region orders: what and why");
            assertThat(e.getErrorCode()).isEqualTo("PMU-" + code.number());
            assertThat(e.category().name()).isEqualTo(code.category().name());
            assertThat(e.durability().name()).isEqualTo(durability.name());
        }
    }

    @Test
    void ofContainer_ownExceptionAmongTheCauses_isThatOne() {
        CheckpointException own = CheckpointErrors.of(new PmuException(ErrorCode.REGION_UNKNOWN, "no region"));
        ResourceException wrapped = new ResourceAllocationException("from the pool", new RuntimeException(own));

        assertThat(CheckpointErrors.ofContainer(wrapped)).isSameAs(own);
        assertThat(CheckpointErrors.ofContainer(own)).isSameAs(own);
    }

    @Test
    void ofContainer_poolExhausted_isALimitToTryAgainLater() {
        ResourceException exhausted = new ResourceAllocationException("in-use connections equal max-pool-size");

        CheckpointException e = CheckpointErrors.ofContainer(exhausted);

        assertThat(e).hasMessageContaining("max-pool-size").hasCause(exhausted);
        assertThat(e.category()).isEqualTo(ErrorCategory.RETRY);
        assertThat(e.getErrorCode()).isEqualTo(ErrorCode.LIMIT_REACHED.text());
    }
}
