package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;
import static org.pmuconnector.pmu.manager.ManagerFixture.token;

import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.UnitLimits;

/** Connections, instances, leases and graces. */
class SessionsTest {

    @Test
    void hello_twice_isRefused() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer tool = unit.tool();
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION,
                () -> unit.manager.connections().hello(tool.id, 1, Purpose.TOOL, "", new byte[0]),
                "second hello");
    }

    @Test
    void region_beforeHello_isNotToldWhetherItExists() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        unit.tool().create("orders");
        ManagerFixture.Peer silent = unit.new Peer("p");
        for (String name : new String[] {"orders", "books"}) {
            assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> silent.region(name), "hello");
        }
    }

    @Test
    void hello_badNamesAndTokens_areRefused() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        for (String name : new String[] {"", "a b", "x".repeat(129), "new\nline", "\u00e4"}) {
            ManagerFixture.Peer peer = unit.new Peer("p");
            assertRefused(
                    ErrorCode.BAD_CONFIGURATION,
                    () -> unit.manager.connections().hello(peer.id, 1, Purpose.SESSION, name, token(1)),
                    "instance name");
        }
        ManagerFixture.Peer peer = unit.new Peer("p");
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION,
                () -> unit.manager.connections().hello(peer.id, 1, Purpose.SESSION, "a", new byte[15]),
                "16 bytes");
        unit.manager.connections().hello(peer.id, 1, Purpose.SESSION, "host-1:8080/app@x_y.z", token(1));
    }

    @Test
    void data_withoutSession_isRefused() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        assertRefused(ErrorCode.NO_SESSION, () -> unit.data("a", 1), "open a session first");
        ManagerFixture.Peer session = unit.session("a", 1);
        unit.data("a", 1);
        assertRefused(ErrorCode.NO_SESSION, () -> unit.data("a", 2), "open a session first");
        session.end();
        assertRefused(ErrorCode.NO_SESSION, () -> unit.data("a", 1), "open a session first");
    }

    @Test
    void session_nameOfLiveInstance_isRefusedAndNamesIt() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer first = unit.session("a", 1);
        assertRefused(ErrorCode.INSTANCE_NAME_IN_USE, () -> unit.session("a", 2), "session of a");
        first.end();
        ManagerFixture.Peer second = unit.session("a", 2);
        assertThat(second.isGone()).isFalse();
    }

    @Test
    void session_sameToken_replacesTheOldOne() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer first = unit.session("a", 1);
        first.create("orders");
        first.claim("orders", 0);
        ManagerFixture.Peer watcher = unit.session("b", 2);
        unit.manager.regions().watch(watcher.id, "orders", 0);
        ManagerFixture.Peer second = unit.session("a", 1);
        assertThat(first.disconnected).singleElement().asString().contains("replaced");
        assertThat(second.region("orders").role()).isEqualTo(Role.HELD);
        assertThat(watcher.told).isEmpty();
        // The end of the old connection, reported late, means nothing.
        first.end();
        assertThat(second.region("orders").role()).isEqualTo(Role.HELD);
    }

    @Test
    void request_ofEndedConnection_isRefused() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer tool = unit.tool();
        tool.end();
        assertRefused(ErrorCode.CONNECTION_LOST, () -> unit.manager.unit(tool.id));
        tool.end();
    }

    @Test
    void heartbeat_onOtherConnections_isRefused() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer session = unit.session("a", 1);
        assertThat(unit.manager.connections().heartbeat(session.id)).isEqualTo(1);
        ManagerFixture.Peer data = unit.data("a", 1);
        ManagerFixture.Peer tool = unit.tool();
        session.create("orders");
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> unit.manager.connections().heartbeat(data.id));
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> unit.manager.connections().heartbeat(tool.id));
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> unit.manager.regions().watch(data.id, "orders", 0));
    }

    @Test
    void lease_missed_instanceIsGoneAndItsRegionVacant() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        session.claim("orders", 0);
        ManagerFixture.Peer tool = unit.tool();
        for (int i = 0; i < 5; i++) {
            unit.clock.advanceMillis(2999);
            unit.manager.connections().heard(session.id);
            unit.manager.tick();
        }
        assertThat(tool.region("orders").role()).isEqualTo(Role.HELD);
        unit.clock.advanceMillis(3000);
        unit.manager.tick();
        assertThat(tool.region("orders").role()).isEqualTo(Role.HELD);
        unit.clock.advanceMillis(1);
        unit.manager.tick();
        assertThat(tool.region("orders").role()).isEqualTo(Role.VACANT);
        assertThat(tool.region("orders").evidence())
                .startsWith("lease expired")
                .contains("3001 ms", "lease of 3000 ms");
        assertThat(session.disconnected).hasSize(1);
    }

    @Test
    void lease_missed_revokesNothingByItself() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        long epoch = session.claim("orders", 0).status().epoch();
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion opened = unit.manager.primaries().open(data.id, "orders", true, epoch);
        unit.clock.advanceMillis(3001);
        unit.manager.tick();
        data.write(opened, 5, 77);
        assertThat(data.read(opened, 5)).isEqualTo(77);
        assertThat(data.isGone()).isFalse();
        // Until somebody claims.
        ManagerFixture.Peer standby = unit.session("b", 2);
        standby.claim("orders", epoch);
        assertThat(data.disconnected).singleElement().asString().contains("instance is gone");
    }

    @Test
    void lease_missedButSessionReturns_regionIsItsAgain() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        long epoch = session.claim("orders", 0).status().epoch();
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion opened = unit.manager.primaries().open(data.id, "orders", true, epoch);
        unit.clock.advanceMillis(3001);
        unit.manager.tick();
        ManagerFixture.Peer again = unit.session("a", 1);
        assertThat(again.region("orders").role()).isEqualTo(Role.HELD);
        assertThat(again.region("orders").evidence()).contains("returned");
        data.write(opened, 5, 78);
        // Its old connection is one of the instance's again.
        unit.manager.connections().end(again.id, data.id);
        assertThat(data.isGone()).isTrue();
    }

    @Test
    void lease_missedAndClaimedByAnother_returnChangesNothing() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        session.claim("orders", 0);
        unit.clock.advanceMillis(3001);
        unit.manager.tick();
        unit.session("b", 2).claim("orders", 1);
        ManagerFixture.Peer again = unit.session("a", 1);
        assertThat(again.region("orders").primaryInstance()).isEqualTo("b");
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> again.claim("orders", 2), "live primary", "b");
    }

    @Test
    void sessionEnd_withoutGrace_isGoneAtOnce() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        session.claim("orders", 0);
        session.end();
        RegionStatus status = unit.tool().region("orders");
        assertThat(status.role()).isEqualTo(Role.VACANT);
        assertThat(status.evidence())
                .isEqualTo("connection ended: session of a (connection " + session.id + ", " + session.name
                        + "): connection reset");
        assertThat(status.primaryInstance()).isEqualTo("a");
    }

    @Test
    void sessionEnd_withGrace_isGoneAfterIt() throws Exception {
        ManagerFixture unit = new ManagerFixture(new ManagerSettings(3000, 500, true, UnitLimits.DEFAULT));
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        session.claim("orders", 0);
        session.end();
        ManagerFixture.Peer tool = unit.tool();
        unit.clock.advanceMillis(499);
        unit.manager.tick();
        assertThat(tool.region("orders").role()).isEqualTo(Role.HELD);
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> unit.session("b", 2).claim("orders", 1));
        unit.clock.advanceMillis(1);
        unit.manager.tick();
        assertThat(tool.region("orders").role()).isEqualTo(Role.VACANT);
        assertThat(tool.region("orders").evidence())
                .startsWith("connection ended")
                .endsWith("did not return within 500 ms");
    }

    @Test
    void sessionEnd_withGraceAndReturn_nobodyNotices() throws Exception {
        ManagerFixture unit = new ManagerFixture(new ManagerSettings(3000, 500, true, UnitLimits.DEFAULT));
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        session.claim("orders", 0);
        ManagerFixture.Peer watcher = unit.session("b", 2);
        unit.manager.regions().watch(watcher.id, "orders", 0);
        session.end();
        unit.clock.advanceMillis(400);
        unit.session("a", 1);
        unit.clock.advanceMillis(400);
        unit.manager.tick();
        assertThat(watcher.told).isEmpty();
        assertThat(watcher.region("orders").role()).isEqualTo(Role.HELD);
    }

    @Test
    void session_nameOfInstanceInGrace_isTheNewOnes() throws Exception {
        ManagerFixture unit = new ManagerFixture(new ManagerSettings(3000, 500, true, UnitLimits.DEFAULT));
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        session.claim("orders", 0);
        session.end();
        ManagerFixture.Peer restarted = unit.session("a", 2);
        assertThat(restarted.region("orders").role()).isEqualTo(Role.VACANT);
        assertThat(restarted.region("orders").evidence()).contains("started anew");
        assertThat(restarted.claim("orders", 1).status().epoch()).isEqualTo(2);
    }

    @Test
    void connection_withoutHello_isDisconnected() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer silent = unit.new Peer("silent");
        ManagerFixture.Peer tool = unit.tool();
        unit.clock.advanceMillis(3001);
        unit.manager.tick();
        assertThat(silent.disconnected).singleElement().asString().contains("hello");
        assertThat(tool.isGone()).isFalse();
    }

    @Test
    void connections_overTheLimit_areRefused() throws Exception {
        ManagerFixture unit = ManagerFixture.withLimits(new UnitLimits(2, 100, 8, 8, 8, 8, 1000, 10));
        ManagerFixture.Peer first = unit.tool();
        unit.tool();
        assertRefused(ErrorCode.LIMIT_REACHED, unit::tool, "2 connections");
        first.end();
        unit.tool();
    }

    @Test
    void connectionIds_ofTwoStarts_differ() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        long before = unit.tool().id;
        unit.restart();
        assertThat(unit.tool().id).isNotEqualTo(before);
        // What is named by its number of before is not there: no error, and no other connection suffers.
        unit.manager.connections().end(unit.session("a", 1).id, before);
    }

    @Test
    void stop_everybody_isDisconnected() throws Exception {
        ManagerFixture unit = new ManagerFixture();
        ManagerFixture.Peer session = unit.session("a", 1);
        session.create("orders");
        session.claim("orders", 0);
        ManagerFixture.Peer watcher = unit.session("b", 2);
        unit.manager.regions().watch(watcher.id, "orders", 0);
        unit.manager.stop();
        assertThat(session.isGone()).isTrue();
        assertThat(watcher.isGone()).isTrue();
        assertThat(watcher.told).isEmpty();
    }
}
