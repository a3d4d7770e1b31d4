package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.pmu.nic.ProtectionFaultException;

/** A region on its way from one primary to another. */
class HandoverTest {

    private ManagerFixture unit;
    private ManagerFixture.Peer a;
    private ManagerFixture.Peer b;
    private ManagerFixture.Peer c;
    private ManagerFixture.Peer tool;

    @BeforeEach
    void start() throws Exception {
        unit = new ManagerFixture();
        a = unit.session("a", 1);
        b = unit.session("b", 2);
        c = unit.session("c", 3);
        tool = unit.tool();
        a.create("orders");
        a.claim("orders", 0);
        unit.manager.regions().watch(b.id, "orders", 1);
        unit.manager.regions().watch(c.id, "orders", 1);
    }

    private RegionStatus switchOver(String to, boolean force) throws Exception {
        return unit.manager.primaries().switchOver(tool.id, "orders", to, force);
    }

    @Test
    void handedOver_onlyTheSuccessorMayClaim() throws Exception {
        assertThat(switchOver("b", false).handover()).isEqualTo(new HandoverStatus("a", "b"));
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> b.claim("orders", 1), "live primary");
        unit.manager.primaries().resign(a.id, "orders", 1);

        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> a.claim("orders", 1), "handed over from a to b");
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> c.claim("orders", 1), "handed over from a to b");
        b.claim("orders", 1);

        assertThat(b.region("orders").handover()).isNull();
        assertThat(b.region("orders").primaryInstance()).isEqualTo("b");
    }

    @Test
    void handedOver_toAnybody_isNotForTheFormerPrimary() throws Exception {
        switchOver("", false);
        unit.manager.primaries().resign(a.id, "orders", 1);
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> a.claim("orders", 1), "handed over from a");
        c.claim("orders", 1);
    }

    @Test
    void successorNeverComes_othersMayClaimAfterALease() throws Exception {
        switchOver("b", false);
        unit.manager.primaries().resign(a.id, "orders", 1);
        for (int i = 0; i < 4; i++) {
            unit.clock.advanceMillis(1000);
            for (ManagerFixture.Peer peer : new ManagerFixture.Peer[] {a, b, c}) {
                unit.manager.connections().heard(peer.id);
            }
            unit.manager.tick();
        }

        assertThat(c.told.get(c.told.size() - 1).handover()).isNull();
        a.claim("orders", 1);
    }

    @Test
    void taken_byForce_noWriteOfTheFormerPrimaryLands() throws Exception {
        ManagerFixture.Peer writer = unit.data("a", 1);
        OpenedRegion opened = unit.manager.primaries().open(writer.id, "orders", true, 1);
        writer.write(opened, 0, 1);

        assertThat(switchOver("b", true).role()).isEqualTo(Role.VACANT);

        assertThatThrownBy(() -> writer.write(opened, 0, 2)).isInstanceOf(ProtectionFaultException.class);
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> a.claim("orders", 1));
        b.claim("orders", 1);
    }

    @Test
    void switchOver_byWhoeverMayNot_isRefused() {
        assertRefused(ErrorCode.NOT_PRIMARY, () -> unit.manager.primaries().switchOver(b.id, "orders", "b", false));
        assertRefused(ErrorCode.NO_STANDBY, () -> switchOver("d", false), "'d'");
        assertRefused(ErrorCode.NO_STANDBY, () -> switchOver("a", true));
    }

    @Test
    void taken_byForceOfAnInstance_isRefusedAndChangesNothing() throws Exception {
        assertRefused(
                ErrorCode.NOT_AUTHORIZED,
                () -> unit.manager.primaries().switchOver(a.id, "orders", "b", true),
                "tool only");
        assertThat(a.region("orders").handover()).isNull();
        assertThat(a.region("orders").primaryInstance()).isEqualTo("a");
    }
}
