package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.pmuconnector.instance.UsersOfUnit.REGION_BYTES;
import static org.pmuconnector.instance.UsersOfUnit.user;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.AccessRight;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.scram.Credentials;

/** Users at a unit that is served on a socket: who is let in while its users change, and what each may do. */
class UserConnectionsTest {

    private static final Pattern NEXT_TRY = Pattern.compile("next try is allowed in (\\d+) ms");

    @TempDir
    Path folder;

    private UsersOfUnit unit;

    @BeforeEach
    void serve() throws Exception {
        unit = new UsersOfUnit(
                folder,
                user("anna", "first secret", UserRole.CREATE),
                user("bob", "bobs secret"),
                user("carl", "carls secret"));
    }

    @AfterEach
    void stop() {
        unit.close();
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call, String... says) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PmuException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e).hasMessageContainingAll(says);
            assertThat(e.toString()).doesNotContain("secret");
        });
    }

    /** Returns when the unit has ended the connection. */
    private static void awaitEnd(UnitClient client) {
        PmuException end = catchThrowableOfType(
                PmuException.class, () -> client.connection().awaitEvent(UnitClient.soon()));
        assertThat(end).isNotNull();
        assertThat(end.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
    }

    @Test
    void usersFile_changedWhileServed_countsForConnectionsAndLogins() throws Exception {
        try (UnitClient anna = unit.tool("anna", "first secret");
                UnitClient bob = unit.tool("bob", "bobs secret");
                UnitClient carl = unit.tool("carl", "carls secret")) {
            anna.create("annas", REGION_BYTES);
            assertRefused(ErrorCode.NOT_AUTHORIZED, () -> carl.create("carls", REGION_BYTES), "carl may not create");

            User newAnna = user("anna", "second secret", UserRole.CREATE);
            unit.change(users -> users.with(newAnna)
                    .without("bob")
                    .with(new User("carl", users.find("carl").verifier(), Set.of(UserRole.CREATE))));

            awaitEnd(anna);
            awaitEnd(bob);
            assertThat(carl.create("carls", REGION_BYTES).getOwner()).isEqualTo("carl");
        }
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> unit.tool("anna", "first secret"), "'anna'");
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> unit.tool("bob", "bobs secret"), "'bob'");
        try (UnitClient anna = unit.tool("anna", "second secret")) {
            assertThat(anna.region("annas").getOwner()).isEqualTo("anna");
        }
    }

    @Test
    void usersFile_roleTakenAwayWhileServed_countsOnTheOpenConnection() throws Exception {
        try (UnitClient anna = unit.tool("anna", "first secret");
                UnitClient bob = unit.tool("bob", "bobs secret")) {
            anna.create("before", REGION_BYTES);
            unit.change(users -> users.without("bob")
                    .with(new User("anna", users.find("anna").verifier(), Set.of())));

            awaitEnd(bob);
            assertRefused(ErrorCode.NOT_AUTHORIZED, () -> anna.create("after", REGION_BYTES), "anna may not create");
            assertThat(anna.region("before").getOwner()).isEqualTo("anna");
        }
    }

    @Test
    void login_guessedTooOften_isToldWhenToTryAgainAndNobodyElseWaits() throws Exception {
        try (UnitClient before = unit.tool("anna", "first secret")) {
            PmuException refused = failure();
            for (int guesses = 1; refused.code() == ErrorCode.AUTHENTICATION_FAILED; guesses++) {
                assertThat(guesses).isLessThan(10);
                refused = failure();
            }
            assertThat(refused.code()).isEqualTo(ErrorCode.LOGIN_THROTTLED);
            assertThat(refused).hasMessageContainingAll("'anna'", unit.address().toString(), "127.0.0.1");
            Matcher wait = NEXT_TRY.matcher(refused.getMessage());
            assertThat(wait.find()).as(refused.getMessage()).isTrue();
            assertThat(Long.parseLong(wait.group(1))).isBetween(1L, 30_000L);

            // Who is in goes on, and another user from the same address is let in.
            before.create("annas", REGION_BYTES);
            unit.tool("bob", "bobs secret").close();
        }
        awaitAnna();
    }

    private PmuException failure() {
        return catchThrowableOfType(
                PmuException.class, () -> unit.tool("anna", "secret guess").close());
    }

    /** The right password is good again once the time is over: being told to wait is no failure that makes it longer. */
    private void awaitAnna() throws PmuException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        PmuException refused;
        do {
            assertThat(System.nanoTime()).isLessThan(deadline);
            refused = catchThrowableOfType(
                    PmuException.class, () -> unit.tool("anna", "first secret").close());
        } while (refused != null && refused.code() == ErrorCode.LOGIN_THROTTLED);
        assertThat(refused).isNull();
    }

    private RunningInstance instance(String name, String userName, String password) throws PmuException {
        return new RunningInstance(name, unit.fabric(), Credentials.of(userName, password));
    }

    private static Region region(RunningInstance instance, String name) throws PmuException {
        return instance.instance.region(new RegionSettings(name, true, REGION_BYTES, 0, null, null));
    }

    private static List<PendingSet> update(String text) {
        return List.of(PendingSet.update(text.getBytes(UTF_8), 0));
    }

    private static List<String> texts(List<CommittedSet> sets) {
        return sets.stream().map(set -> new String(set.payload(), UTF_8)).toList();
    }

    @Test
    void instance_withAUsersPassword_writesAndReadsAndOwns() throws Exception {
        try (RunningInstance desk = instance("desk", "anna", "first secret");
                RegionConnection connection = region(desk, "orders").connect(null)) {
            connection.commit(update("1"));
            assertThat(texts(connection.recover())).containsExactly("1");
        }
        try (UnitClient anna = unit.tool("anna", "first secret")) {
            assertThat(anna.region("orders").getOwner()).isEqualTo("anna");
        }
    }

    @Test
    void instance_withAWrongPasswordOrNone_isRefusedByUnitAndUser() throws Exception {
        String address = unit.address().toString();
        try (RunningInstance desk = instance("desk", "anna", "wrong secret")) {
            assertRefused(
                    ErrorCode.AUTHENTICATION_FAILED,
                    () -> region(desk, "orders").connect(null),
                    "'anna'",
                    address);
        }
        try (RunningInstance nobodys = new RunningInstance("nobodys", unit.fabric())) {
            assertRefused(
                    ErrorCode.AUTHENTICATION_FAILED,
                    () -> region(nobodys, "orders").connect(null),
                    "user name");
        }
    }

    @Test
    void connections_ofSeveralUsersOnOneInstance_haveTheRightsOfTheirOwnUser() throws Exception {
        Credentials bob = Credentials.of("bob", "bobs secret");
        Credentials carl = Credentials.of("carl", "carls secret");
        try (RunningInstance desk = instance("desk", "anna", "first secret");
                RegionConnection own = region(desk, "orders").connect(null);
                UnitClient anna = unit.tool("anna", "first secret")) {
            Region region = region(desk, "orders");
            assertRefused(ErrorCode.NOT_AUTHORIZED, () -> region.connect(null, bob), "bob may not read it");
            UsersOfUnit.grant(anna, "orders", "bob", AccessRight.WRITE);
            UsersOfUnit.grant(anna, "orders", "carl", AccessRight.READ);
            try (RegionConnection bobs = region.connect(null, bob);
                    RegionConnection carls = region.connect(null, carl)) {
                bobs.commit(update("bob"));
                own.commit(update("anna"));
                assertRefused(ErrorCode.NOT_AUTHORIZED, () -> carls.commit(update("carl")), "carl may not write it");
                // In good time for a container that hides why a commit failed.
                PendingSet set = update("carl").get(0);
                assertRefused(ErrorCode.NOT_AUTHORIZED, () -> carls.checkWrite(set, 0), "carl may not write it");
                bobs.checkWrite(set, 0);
                assertThat(texts(carls.recover())).containsExactly("bob", "anna");
            }
            assertRefused(
                    ErrorCode.AUTHENTICATION_FAILED,
                    () -> region.connect(null, Credentials.of("bob", "wrong secret")),
                    "'bob'",
                    unit.address().toString());
        }
    }

    @Test
    void connection_toARegionThatTheInstanceItselfMayNotSee_leavesItsSessionAlone() throws Exception {
        try (UnitClient anna = unit.tool("anna", "first secret");
                RunningInstance desk = instance("desk", "bob", "bobs secret")) {
            for (String region : List.of("orders", "next", "last")) {
                anna.create(region, REGION_BYTES);
                UsersOfUnit.grant(anna, region, "bob", AccessRight.WRITE, AccessRight.TAKE_OVER);
            }
            anna.create("hidden", REGION_BYTES);
            UsersOfUnit.grant(anna, "hidden", "carl", AccessRight.READ);
            RegionConnection orders = region(desk, "orders").connect(null);
            orders.commit(update("1"));

            Region hidden = region(desk, "hidden");
            try (RegionConnection carls = hidden.connect(null, Credentials.of("carl", "carls secret"))) {
                assertThat(carls.recover()).isEmpty();
                assertRefused(ErrorCode.NOT_AUTHORIZED, () -> carls.commit(update("2")), "bob may not");
            }
            // The session asks for one region's state after the other; when it has the last one's, it got past them
            // all.
            awaitState(desk, "next");
            awaitState(desk, "last");

            orders.commit(update("2"));
            RegionState state = anna.region("orders");
            assertThat(state.getEpoch()).isEqualTo(1);
            assertThat(state.getRole()).isEqualTo(RegionState.Role.HELD);
        }
    }

    private static void awaitState(RunningInstance desk, String name) throws Exception {
        region(desk, name).connect(null).close();
        Region region = region(desk, name);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        long seen = region.changes();
        while (region.state() == null) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            region.awaitChange(seen, Duration.ofSeconds(1));
            seen = region.changes();
        }
    }

    @Test
    void standby_ofAUserThatMayOnlyRead_isDeliveredAndNeverClaims() throws Exception {
        try (UnitClient anna = unit.tool("anna", "first secret");
                RunningInstance desk = instance("desk", "anna", "first secret");
                RunningInstance other = instance("other", "bob", "bobs secret")) {
            anna.create("orders", REGION_BYTES);
            UsersOfUnit.grant(anna, "orders", "bob", AccessRight.READ);
            try (RunningReplica standby = new RunningReplica(region(other, "orders"), Role.STANDBY);
                    RegionConnection connection = region(desk, "orders").connect(null)) {
                connection.commit(update("1"));
                standby.listener.awaitCall("1");
                connection.commit(update("2"));
                standby.listener.awaitCall("2");
                assertThat(anna.region("orders").getPrimaryInstance()).isEqualTo("desk");
            }
        }
    }

    @Test
    void replica_ofAUserThatMayNotTakeOver_followsUntilItMay() throws Exception {
        try (UnitClient anna = unit.tool("anna", "first secret");
                RunningInstance other = instance("other", "bob", "bobs secret")) {
            anna.create("orders", REGION_BYTES);
            UsersOfUnit.grant(anna, "orders", "bob", AccessRight.READ);
            try (RunningReplica replica = new RunningReplica(region(other, "orders"), Role.AUTO)) {
                try (RunningInstance desk = instance("desk", "anna", "first secret");
                        RegionConnection connection = region(desk, "orders").connect(null)) {
                    connection.commit(update("1"));
                    replica.listener.awaitCall("1");
                }
                // Vacant now, and refused to it: nothing is delivered again.
                try (RunningInstance desk = instance("desk", "anna", "first secret");
                        RegionConnection connection = region(desk, "orders").connect(null)) {
                    connection.commit(update("2"));
                    replica.listener.awaitCall("2");
                }
                UsersOfUnit.grant(anna, "orders", "bob", AccessRight.WRITE, AccessRight.TAKE_OVER);
                replica.listener.awaitCall("primary:3");
                assertThat(replica.listener.calls()).containsExactly("1", "2", "primary:3");
            }
        }
    }
}
