package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.pmu.manager.ManagerFixture.REGION_BYTES;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.DeviceFence;
import org.pmuconnector.pmu.nic.ProtectionFaultException;

/**
 * A device that does not confirm that it has ended a connection, whose writes may still land: nobody gets what relies on
 * their end, and the next who asks does as soon as the device confirms it.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UnconfirmedFenceTest {

    private static final int TICKS = 100;

    /** A device that is told by the test whether to confirm. */
    private static final class Device implements DeviceFence {

        private final List<Set<Long>> asked = new ArrayList<>();
        private boolean confirms;

        @Override
        public void fence(Set<Long> protectionDomains) throws PmuException {
            asked.add(Set.copyOf(protectionDomains));
            if (!confirms) {
                throw new PmuException(ErrorCode.FENCE_UNCONFIRMED, "the device says nothing");
            }
        }
    }

    private final Device device = new Device();
    private ManagerFixture unit;
    private ManagerFixture.Peer a;
    private ManagerFixture.Peer b;
    private ManagerFixture.Peer data;
    private OpenedRegion opened;

    /** Instance a is primary of a region and writes to it. */
    @BeforeEach
    void start() throws Exception {
        unit = new ManagerFixture();
        unit.bridge.attach(device);
        a = unit.session("a", 1);
        b = unit.session("b", 2);
        a.create("orders");
        a.claim("orders", 0);
        data = unit.data("a", 1);
        opened = openToWrite(data, 1);
        data.write(opened, 0, 1);
    }

    private OpenedRegion openToWrite(ManagerFixture.Peer peer, long epoch) throws PmuException {
        return unit.manager.primaries().open(peer.id, "orders", true, epoch);
    }

    private void assertNobodyIsPrimary(long epoch) throws PmuException {
        RegionStatus status = b.region("orders");
        assertThat(status.epoch()).isEqualTo(epoch);
        assertThat(status.role()).isEqualTo(Role.VACANT);
        assertThat(status.evidence()).contains("the device says nothing");
    }

    /** What a connection could do under a key is over, and another instance is primary without force. */
    private void assertTakenOver(long epoch) throws Exception {
        device.confirms = true;
        device.asked.clear();
        assertThat(b.claim("orders", epoch).status().role()).isEqualTo(Role.HELD);
        assertThat(device.asked).containsExactly(Set.of(data.id));
        assertThatThrownBy(() -> data.write(opened, 0, 2)).isInstanceOf(ProtectionFaultException.class);
        ManagerFixture.Peer next = unit.data("b", 2);
        next.write(openToWrite(next, epoch + 1), 0, 3);
    }

    @Test
    void claim_unconfirmed_isRefusedAndLeavesTheRegionVacant() throws Exception {
        unit.manager.regions().watch(b.id, "orders", 0);
        assertRefused(
                ErrorCode.FENCE_UNCONFIRMED,
                () -> unit.manager.primaries().claim(b.id, "orders", 1, true),
                "the device says nothing");

        assertThat(device.asked).containsExactly(Set.of(data.id));
        assertNobodyIsPrimary(2);
        assertThat(b.told).last().satisfies(told -> assertThat(told.role()).isEqualTo(Role.VACANT));
        ManagerFixture.Peer claimant = unit.data("b", 2);
        assertRefused(ErrorCode.NOT_PRIMARY, () -> openToWrite(claimant, 2));
        assertRefused(ErrorCode.FENCED_OFF, () -> openToWrite(data, 1), "epoch 1 is over");
        assertRefused(ErrorCode.FENCE_UNCONFIRMED, () -> a.claim("orders", 2));
        assertNobodyIsPrimary(3);
        assertTakenOver(3);
    }

    @Test
    void connection_endsUnconfirmed_isFencedByTheNextClaim() throws Exception {
        data.end();
        assertThat(device.asked).containsExactly(Set.of(data.id));
        assertRefused(
                ErrorCode.FENCE_UNCONFIRMED, () -> unit.manager.primaries().claim(b.id, "orders", 1, true));
        assertNobodyIsPrimary(2);
        assertTakenOver(2);
    }

    @Test
    void resign_unconfirmed_leavesTheRegionVacant() throws Exception {
        assertRefused(
                ErrorCode.FENCE_UNCONFIRMED, () -> unit.manager.primaries().resign(a.id, "orders", 1));
        assertNobodyIsPrimary(1);
        assertTakenOver(1);
    }

    @Test
    void delete_unconfirmed_changesNothing() throws Exception {
        assertRefused(ErrorCode.FENCE_UNCONFIRMED, () -> unit.manager.regions().delete(a.id, "orders", true));
        assertThat(a.region("orders").role()).isEqualTo(Role.HELD);
        data.write(opened, 0, 4);
        unit.restart();
        ManagerFixture.Peer tool = unit.tool();
        assertThat(tool.read(unit.manager.primaries().open(tool.id, "orders", false, 0), 0))
                .isEqualTo(4);
    }

    @Test
    void delete_afterAConnectionEndedUnconfirmed_fencesThatOne() throws Exception {
        ManagerFixture.Peer reader = unit.tool();
        unit.manager.primaries().open(reader.id, "orders", false, 0);
        reader.end();
        data.end();
        device.confirms = true;
        device.asked.clear();
        unit.manager.regions().delete(a.id, "orders", true);
        assertThat(device.asked).containsExactly(Set.of(reader.id, data.id));
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> a.region("orders"));
    }

    @Test
    void grow_unconfirmed_changesNothing() throws Exception {
        assertRefused(
                ErrorCode.FENCE_UNCONFIRMED, () -> unit.manager.regions().grow(a.id, "orders", 2L * REGION_BYTES));
        assertThat(a.region("orders").role()).isEqualTo(Role.HELD);
        assertThat(a.region("orders").epoch()).isEqualTo(1);
        data.write(opened, 0, 4);
        device.confirms = true;
        unit.manager.regions().grow(a.id, "orders", 2L * REGION_BYTES);
        tick();
        assertThat(a.region("orders").sizeBytes()).isEqualTo(2L * REGION_BYTES);
    }

    @Test
    void grow_readersUnconfirmed_isDoneAfterTheNextStart() throws Exception {
        ManagerFixture.Peer reader = unit.tool();
        OpenedRegion toRead = unit.manager.primaries().open(reader.id, "orders", false, 0);
        device.confirms = true;
        unit.manager.regions().grow(a.id, "orders", 2L * REGION_BYTES);
        device.confirms = false;
        tick();
        assertThat(reader.read(toRead, 0)).isEqualTo(1);
        assertThat(a.region("orders").sizeBytes()).isEqualTo(REGION_BYTES);
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> a.claim("orders", 2), "growing to");

        unit.restart();
        tick();
        assertThat(unit.tool().region("orders").sizeBytes()).isEqualTo(2L * REGION_BYTES);
    }

    private void tick() {
        for (int i = 0; i < TICKS; i++) {
            unit.manager.tick();
        }
    }
}
