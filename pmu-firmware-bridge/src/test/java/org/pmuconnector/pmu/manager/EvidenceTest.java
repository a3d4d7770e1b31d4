package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.RecordedLog;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.UnitLimits;

/** Each decision about who is primary is logged with what it was based on. */
class EvidenceTest {

    private static final long GRACE_MILLIS = 500;

    private final RecordedLog log = RecordedLog.of(Primaries.class.getPackage());
    private ManagerFixture unit;
    private ManagerFixture.Peer a;
    private ManagerFixture.Peer b;

    @BeforeEach
    void start() throws Exception {
        start(new ManagerFixture());
    }

    private void start(ManagerFixture fixture) throws Exception {
        unit = fixture;
        a = unit.session("a", 1);
        b = unit.session("b", 2);
        a.create("orders");
        a.claim("orders", 0);
        unit.manager.regions().watch(b.id, "orders", 1);
    }

    @AfterEach
    void close() {
        log.close();
    }

    private static String connection(ManagerFixture.Peer peer) {
        return "(connection " + peer.id + ", " + peer.name + ")";
    }

    private void assertLogged(String level, String... parts) {
        assertThat(log.messages())
                .anySatisfy(message -> assertThat(message).startsWith(level).contains(parts));
    }

    @Test
    void vacated_byConnectionEnd_saysWhichSessionEndedAndHow() {
        a.end();

        assertLogged(
                "WARNING",
                "region orders is vacant: connection ended: session of a " + connection(a) + ": connection reset",
                "newest epoch is 1");
    }

    @Test
    void vacated_byLease_saysHowLongWhichSessionWasSilentAndHowLongItMay() {
        unit.clock.advanceMillis(3001);
        unit.manager.tick();

        assertLogged(
                "WARNING",
                "region orders is vacant: lease expired: session of a " + connection(a),
                "silent for 3001 ms",
                "lease of 3000 ms",
                "newest epoch is 1");
    }

    @Test
    void grace_saysWhyItBeganHowLongItIsAndHowItEnded() throws Exception {
        start(new ManagerFixture(new ManagerSettings(3000, (int) GRACE_MILLIS, true, UnitLimits.DEFAULT)));
        a.end();
        assertLogged("INFO", "instance a counts as alive for another 500 ms", connection(a), "connection reset");

        ManagerFixture.Peer again = unit.session("a", 1);
        assertLogged("INFO", "instance a returned within its grace: connection " + again.id);

        again.end();
        unit.clock.advanceMillis(GRACE_MILLIS);
        unit.manager.tick();
        assertLogged("WARNING", "region orders is vacant", connection(again), "did not return within 500 ms");
    }

    @Test
    void granted_saysToWhomInWhichEpochAndWhatTheFenceTook() throws Exception {
        ManagerFixture.Peer writer = unit.data("a", 1);
        unit.manager.primaries().open(writer.id, "orders", true, 1);
        a.end();

        b.claim("orders", 1);

        assertLogged(
                "INFO",
                "region orders: epoch 2 claimed by b, after a " + connection(b),
                "fenced within ",
                " µs, 1 keys for writing revoked");
    }

    @Test
    void refused_saysToWhomAndWhy_onceForAsLongAsItStaysSo() {
        for (int i = 0; i < 3; i++) {
            assertRefused(ErrorCode.PRIMARY_EXISTS, () -> b.claim("orders", 1));
        }
        assertRefused(ErrorCode.EPOCH_CHANGED, () -> b.claim("orders", 0));

        assertThat(log.messages())
                .filteredOn(message -> message.contains("refused"))
                .hasSize(2)
                .allMatch(message -> message.contains("region orders: claim by b " + connection(b)))
                .anyMatch(message ->
                        message.contains("PRIMARY_EXISTS: region orders has a live primary: a (claimed by a)"))
                .anyMatch(message -> message.contains("EPOCH_CHANGED: region orders is in epoch 1 and not in 0"));
    }

    @Test
    void returned_saysThatTheEpochGoesOn() throws Exception {
        unit.clock.advanceMillis(3001);
        unit.manager.tick();

        ManagerFixture.Peer again = unit.session("a", 1);

        assertLogged("INFO", "region orders: session of a returned " + connection(again), "epoch 1 as before");
    }

    @Test
    void handedOver_saysWhoAskedForItAndForHowLong() throws Exception {
        ManagerFixture.Peer tool = unit.tool();
        unit.manager.primaries().switchOver(tool.id, "orders", "b", false);
        assertLogged(
                "INFO",
                "region orders is being handed over from a to b, for 3000 ms: nobody in particular " + connection(tool),
                "epoch 1");

        unit.manager.primaries().resign(a.id, "orders", 1);
        assertLogged("WARNING", "region orders is vacant: resigned: a from epoch 1");

        unit.clock.advanceMillis(3000);
        unit.manager.tick();
        assertLogged("WARNING", "not being handed over from a to b any more", "nobody claimed it within 3000 ms");
    }

    @Test
    void taken_byForce_saysWhoDidIt() throws Exception {
        ManagerFixture.Peer tool = unit.tool();

        unit.manager.primaries().switchOver(tool.id, "orders", "b", true);

        assertLogged(
                "WARNING",
                "region orders is vacant: taken from a by an administrator, nobody in particular " + connection(tool));
    }

    @Test
    void unitStarted_primaryDoesNotReturn_saysHowLongItWasAwaited() throws Exception {
        unit.restart();
        unit.clock.advanceMillis(3000);
        unit.manager.tick();

        assertLogged("WARNING", "unit started; primary a did not return within 3000 ms", "newest epoch is 1");
    }
}
