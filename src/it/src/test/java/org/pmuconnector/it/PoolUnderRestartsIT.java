package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.pmuconnector.benchmarks.PoolUnderRestarts;

/** The benchmark of the same name, for a shorter time: what it counts must be right on any machine. */
class PoolUnderRestartsIT {

    private static final int SECONDS = 24;
    private static final int RESTARTS = 2;
    private static final int THREADS = 16;

    /** A benchmark's figure is two seconds; a test's machine may do much else. */
    private static final long LONGEST_RECOVERY_MILLIS = 8_000;

    @Test
    void appends_whileTheUnitIsKilledTwice_loseNothingAndLeakNoConnection() throws Exception {
        PoolUnderRestarts.Result result = PoolUnderRestarts.run(SECONDS, RESTARTS, THREADS);

        assertThat(result.audit().isSound()).as(result.audit().toString()).isTrue();
        assertThat(result.audit().acknowledged()).isGreaterThan(THREADS);
        assertThat(result.audit().unknown() + result.audit().notWritten()).isPositive();
        assertThat(result.usedConnections()).isZero();
        assertThat(result.unitConnections()).isPositive().isLessThanOrEqualTo(result.freeConnections());
        assertThat(result.recoveryMillis()).hasSize(RESTARTS);
        assertThat(result.slowestRecoveryMillis()).isLessThan(LONGEST_RECOVERY_MILLIS);
    }
}
