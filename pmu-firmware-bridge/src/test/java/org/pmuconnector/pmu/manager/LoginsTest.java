package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;
import static org.pmuconnector.pmu.manager.ManagerFixture.token;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserDirectory;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.DerivedKeyCache;
import org.pmuconnector.scram.ScramClient;
import org.pmuconnector.scram.ScramVerifier;

/** Who is let in, on whose behalf, how often somebody may guess, and what becomes of those whose user changes. */
class LoginsTest {

    private final DerivedKeyCache cache = new DerivedKeyCache();
    private final Random random = new Random(5);
    private ManagerFixture unit;
    private UserDirectory users;

    @BeforeEach
    void start() throws Exception {
        unit = new ManagerFixture();
        unit.anonymous = AnonymousAccess.REFUSED;
        unit.restart();
        users = UserDirectory.EMPTY
                .with(user("anna", "a", UserRole.CREATE))
                .with(user("bob", "b"))
                .with(user("root", "r", UserRole.ADMINISTRATOR));
        unit.manager.setUsers(users);
    }

    private User user(String name, String password, UserRole... roles) throws PmuException {
        return new User(name, ScramVerifier.of(Credentials.of(name, password), 4096, random), Set.of(roles));
    }

    private void logIn(ManagerFixture.Peer peer, String name, String password) throws PmuException {
        ScramClient client = new ScramClient(Credentials.of(name, password), cache, random);
        String challenge = unit.manager.connections().authenticate(peer.id, client.first());
        client.finish(unit.manager.connections().authenticate(peer.id, client.answer(challenge)));
    }

    private ManagerFixture.Peer as(String name, String password, Purpose purpose) throws PmuException {
        ManagerFixture.Peer peer = unit.new Peer(name + "'s");
        logIn(peer, name, password);
        unit.manager.connections().hello(peer.id, 1, purpose, name, token(name.hashCode()));
        return peer;
    }

    private ManagerFixture.Peer tool(String name, String password) throws PmuException {
        return as(name, password, Purpose.TOOL);
    }

    @Test
    void hello_withoutLogin_isRefusedUnlessAnonymousAccessIsAllowed() throws Exception {
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> unit.tool(), "user name");

        unit.anonymous = AnonymousAccess.ORDINARY;
        unit.restart();
        assertThat(unit.tool().create("a").owner()).isEmpty();
    }

    @Test
    void login_passwordRightOrWrong_isLetInOrNot() throws Exception {
        assertThat(tool("anna", "a").create("mine").owner()).isEqualTo("anna");

        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> tool("anna", "b"), "user name or password is wrong");
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> tool("nobody", "b"), "user name or password is wrong");
    }

    @Test
    void login_failedOnce_takesTheConnectionsOnlyTry() throws Exception {
        ManagerFixture.Peer peer = unit.new Peer("guesser");
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> logIn(peer, "anna", "x"));

        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> logIn(peer, "anna", "a"), "connect anew");
        assertRefused(
                ErrorCode.AUTHENTICATION_FAILED,
                () -> unit.manager.connections().hello(peer.id, 1, Purpose.TOOL, "", new byte[0]));
    }

    @Test
    void login_failedOrHalfDone_isNotTakenForAnonymous() throws Exception {
        unit.anonymous = AnonymousAccess.ORDINARY;
        unit.restart();
        unit.manager.setUsers(users);
        ManagerFixture.Peer failed = unit.new Peer("failed");
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> logIn(failed, "anna", "x"));
        ManagerFixture.Peer half = unit.new Peer("half");
        unit.manager
                .connections()
                .authenticate(half.id, new ScramClient(Credentials.of("anna", "a"), cache, random).first());

        for (ManagerFixture.Peer peer : List.of(failed, half)) {
            assertRefused(
                    ErrorCode.AUTHENTICATION_FAILED,
                    () -> unit.manager.connections().hello(peer.id, 1, Purpose.TOOL, "", new byte[0]),
                    "connect anew");
        }
        assertThat(unit.tool().create("a").owner()).isEmpty();
    }

    @Test
    void login_outOfPlace_isRefused() throws Exception {
        ManagerFixture.Peer twice = unit.new Peer("twice");
        logIn(twice, "anna", "a");
        assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> logIn(twice, "bob", "b"));

        ManagerFixture.Peer late = tool("anna", "a");
        assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> logIn(late, "bob", "b"));
    }

    @Test
    void login_manyFailuresForOneUser_closesTheDoorForLongerAndLonger() throws Exception {
        long waited = 0;
        for (int failures = 0; failures < 20; failures++) {
            long delay = failures <= 3 ? 0 : Math.min(30_000, 250L << (failures - 4));
            if (delay > 0) {
                unit.clock.advanceMillis(delay - 1);
                assertRefused(ErrorCode.LOGIN_THROTTLED, () -> tool("anna", "a"), "next try is allowed in");
                unit.clock.advanceMillis(1);
                waited += delay;
            }
            assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> tool("anna", "x"));
        }
        assertThat(waited).isGreaterThan(200_000);
        // Another user from there, and the same once the time is over: a success makes up for it.
        tool("bob", "b");
        unit.clock.advanceMillis(30_000);
        tool("anna", "a");
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> tool("anna", "x"));
        tool("anna", "a");
    }

    @Test
    void login_guessesThatBeginTogether_haveNoMoreTriesThanOneAfterTheOther() throws Exception {
        int refused = 0;
        ScramClient[] clients = new ScramClient[20];
        String[] challenges = new String[clients.length];
        ManagerFixture.Peer[] peers = new ManagerFixture.Peer[clients.length];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new ScramClient(Credentials.of("anna", "x" + i % 2), cache, random);
            peers[i] = unit.new Peer("guesser");
            challenges[i] = unit.manager.connections().authenticate(peers[i].id, clients[i].first());
        }
        for (int i = 0; i < clients.length; i++) {
            String proof = clients[i].answer(challenges[i]);
            try {
                unit.manager.connections().authenticate(peers[i].id, proof);
            } catch (PmuException e) {
                refused += e.code() == ErrorCode.LOGIN_THROTTLED ? 1 : 0;
            }
        }
        assertThat(refused).isEqualTo(16);
    }

    @Test
    void login_manyUsersGuessedFromOneAddress_closesTheDoorForAll() throws Exception {
        for (int i = 0; i < 31; i++) {
            String name = "user" + i;
            assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> loginFrom("10.0.0.1", name, "x"));
        }
        assertRefused(ErrorCode.LOGIN_THROTTLED, () -> loginFrom("10.0.0.1", "anna", "a"), "10.0.0.1");
        loginFrom("10.0.0.2", "anna", "a");
    }

    private void loginFrom(String address, String name, String password) throws PmuException {
        ManagerPeer peer = new ManagerPeer() {
            @Override
            public String name() {
                return address + ":1234";
            }

            @Override
            public String address() {
                return address;
            }

            @Override
            public void regionChanged(RegionStatus status) {
                throw new AssertionError("nothing is watched");
            }

            @Override
            public void disconnect(String reason) {
                throw new AssertionError(reason);
            }
        };
        long id = unit.manager.connections().connected(peer);
        ScramClient client = new ScramClient(Credentials.of(name, password), cache, random);
        client.finish(unit.manager
                .connections()
                .authenticate(id, client.answer(unit.manager.connections().authenticate(id, client.first()))));
    }

    @Test
    void throttle_moreSourcesThanItRemembers_forgetsTheOldest() {
        LoginThrottle throttle = new LoginThrottle(unit.clock, 0);
        for (int i = 0; i < LoginThrottle.MOST_ENTRIES + 10; i++) {
            throttle.failed(i);
        }
        assertThat(throttle.size()).isEqualTo(LoginThrottle.MOST_ENTRIES);
        assertThat(throttle.waitNanos(0)).isZero();
        assertThat(throttle.waitNanos(10)).isPositive();
    }

    @Test
    void throttle_longWithoutFailure_forgives() {
        LoginThrottle throttle = new LoginThrottle(unit.clock, 0);
        for (int i = 0; i < 10; i++) {
            throttle.failed("x");
        }
        unit.clock.advanceMillis(TimeUnit.NANOSECONDS.toMillis(LoginThrottle.FORGIVEN_NANOS) + 1);
        throttle.failed("x");
        assertThat(throttle.waitNanos("x")).isEqualTo(LoginThrottle.FIRST_DELAY_NANOS);
    }

    @Test
    void users_removedOrWithAnotherPassword_loseTheirConnections() throws Exception {
        ManagerFixture.Peer anna = tool("anna", "a");
        ManagerFixture.Peer bob = tool("bob", "b");
        ManagerFixture.Peer root = tool("root", "r");

        unit.manager.setUsers(users.without("anna").with(user("bob", "new")));

        assertThat(anna.disconnected).singleElement().asString().contains("anna has been removed");
        assertThat(bob.disconnected).singleElement().asString().contains("password of user bob");
        assertThat(root.disconnected).isEmpty();
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> tool("bob", "b"));
        tool("bob", "new");
    }

    @Test
    void users_changedDuringALogin_countAsTheyAreAtItsEnd() throws Exception {
        ManagerFixture.Peer peer = unit.new Peer("slow");
        ScramClient client = new ScramClient(Credentials.of("anna", "a"), cache, random);
        String challenge = unit.manager.connections().authenticate(peer.id, client.first());
        unit.manager.setUsers(users.without("anna"));

        String proof = client.answer(challenge);
        assertRefused(
                ErrorCode.AUTHENTICATION_FAILED,
                () -> unit.manager.connections().authenticate(peer.id, proof),
                "was changed");
    }

    @Test
    void roles_changed_countFromTheNextRequestOn() throws Exception {
        ManagerFixture.Peer anna = tool("anna", "a");
        anna.create("first");
        unit.manager.setUsers(users.with(new User("anna", users.find("anna").verifier(), Set.of())));

        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> anna.create("second"), "anna may not create");
        assertThat(anna.create("first").owner()).isEqualTo("anna");
    }

    @Test
    void silence_afterALogin_endsTheConnection() throws Exception {
        ManagerFixture.Peer peer = unit.new Peer("silent");
        logIn(peer, "anna", "a");
        unit.clock.advanceMillis(4000);
        unit.manager.tick();

        assertThat(peer.isGone()).isTrue();
    }
}
