package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;

/** Of the instances that stand for a vacant region, the one with the highest priority comes first. */
class CandidatesTest {

    private static final long HEAD_START_MILLIS = TimeUnit.NANOSECONDS.toMillis(Succession.HEAD_START_NANOS);

    private ManagerFixture unit;
    private ManagerFixture.Peer primary;
    private ManagerFixture.Peer low;
    private ManagerFixture.Peer high;

    @BeforeEach
    void start() throws Exception {
        unit = new ManagerFixture();
        primary = unit.session("primary", 1);
        low = unit.session("low", 2);
        high = unit.session("high", 3);
        primary.create("orders");
        stand(low, 1);
        stand(high, 2);
    }

    private void stand(ManagerFixture.Peer peer, int priority) throws Exception {
        unit.manager.regions().watch(peer.id, "orders", priority);
    }

    private void losePrimary() throws Exception {
        primary.claim("orders", 0);
        unit.manager.connections().ended(primary.id, "closed by the peer");
    }

    @Test
    void vacant_highestPriorityComesFirst() throws Exception {
        losePrimary();
        assertThat(low.region("orders").candidates())
                .containsExactly(new CandidateStatus("high", 2), new CandidateStatus("low", 1));

        assertRefused(
                ErrorCode.PRIMARY_EXISTS,
                () -> low.claim("orders", 1),
                "for another " + HEAD_START_MILLIS + " ms for high, whose priority 2 is higher");
        high.claim("orders", 1);

        assertThat(low.region("orders").primaryInstance()).isEqualTo("high");
    }

    @Test
    void vacant_newRegion_isAnybodys() throws Exception {
        low.claim("orders", 0);
    }

    @Test
    void vacant_highestDoesNothing_othersAreToldAndMayAfterItsHeadStart() throws Exception {
        losePrimary();
        int told = low.told.size();
        unit.clock.advanceMillis(HEAD_START_MILLIS - 1);
        unit.manager.tick();
        assertThat(low.told).hasSize(told);
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> low.claim("orders", 1), "for another 1 ms");

        unit.clock.advanceMillis(1);
        unit.manager.tick();

        assertThat(low.told).hasSize(told + 1);
        low.claim("orders", 1);
    }

    @Test
    void vacant_highestIsGone_nextComesFirst() throws Exception {
        unit.manager.connections().ended(high.id, "closed by the peer");
        losePrimary();

        low.claim("orders", 1);
    }

    @Test
    void vacant_highestStandsNoMore_nextComesFirst() throws Exception {
        stand(high, 0);
        losePrimary();

        low.claim("orders", 1);
    }

    @Test
    void resigned_byTheHighest_doesNotWaitForIt() throws Exception {
        high.claim("orders", 0);
        unit.manager.primaries().resign(high.id, "orders", 1);

        low.claim("orders", 1);
    }

    @Test
    void stand_priorityBeyondRange_isRefused() {
        assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> stand(low, 256), "0 to 255");
        assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> stand(low, -1), "0 to 255");
    }
}
