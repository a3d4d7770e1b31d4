package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.WARNING;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserDirectory;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.scram.ScramServer;
import org.pmuconnector.scram.ScramVerifier;

/**
 * Decides on whose behalf a connection asks: who logs in with a password, and what is left to who does not. One thread at
 * a time, under the manager's lock.
 *
 * <p>A connection has one try. Failures slow down further tries for the same user from the same address, and many of them
 * every try from that address; never a user everywhere, which would let anybody lock it out.
 */
final class Logins {

    private static final System.Logger LOG = System.getLogger(Logins.class.getName());

    private static final int FREE_FAILURES_OF_USER = 3;
    private static final int FREE_FAILURES_OF_ADDRESS = 30;
    private static final int MOST_LOGGED = 1024;
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Set<UserRole> ORDINARY = Set.of(UserRole.CREATE);
    private static final Set<UserRole> ADMINISTRATOR = Set.of(UserRole.ADMINISTRATOR);

    /** Who tries, from where. */
    private record Source(String address, String userName) {}

    /** When an address's failure was last logged, and how many were not since. */
    private record Logged(long nanos, long leftOut) {}

    private final MonotonicClock clock;
    private final RandomGenerator random;
    private final byte[] secret;
    private final AnonymousAccess anonymous;
    private final LoginThrottle byUser;
    private final LoginThrottle byAddress;
    private final Map<String, Logged> logged = new LinkedHashMap<>();
    private UserDirectory users = UserDirectory.EMPTY;

    /**
     * Log-ins without any user yet.
     *
     * @param random draws nonces
     * @param secret of the unit: makes up what those are asked who are no users
     */
    Logins(MonotonicClock clock, RandomGenerator random, byte[] secret, AnonymousAccess anonymous) {
        this.clock = clock;
        this.random = random;
        this.secret = secret.clone();
        this.anonymous = anonymous;
        this.byUser = new LoginThrottle(clock, FREE_FAILURES_OF_USER);
        this.byAddress = new LoginThrottle(clock, FREE_FAILURES_OF_ADDRESS);
    }

    void setUsers(UserDirectory newUsers) {
        users = newUsers;
    }

    User find(String name) {
        return users.find(name);
    }

    /**
     * Takes a message of a connection's exchange.
     *
     * @return the answer; the connection is logged in if it has a principal now
     */
    String exchange(ManagedConnection connection, String message) throws PmuException {
        if (connection.loginFailed) {
            throw new PmuException(
                    ErrorCode.AUTHENTICATION_FAILED, "this connection's log-in has failed; connect anew to try again");
        }
        if (connection.purpose != null || connection.principal != null) {
            throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a log-in on a connection that is beyond it");
        }
        try {
            if (connection.exchange == null) {
                return challenge(connection, message);
            }
            return verify(connection, message);
        } catch (PmuException e) {
            connection.loginFailed = true;
            throw e;
        }
    }

    private String challenge(ManagedConnection connection, String message) throws PmuException {
        ScramServer exchange = new ScramServer(random);
        connection.exchange = exchange;
        String name;
        try {
            name = exchange.begin(message);
        } catch (PmuException e) {
            failed(connection, e);
            throw e;
        }
        requireOpen(connection, name);
        // Made up for everybody, so that the time taken tells nothing.
        ScramVerifier nobodys = ScramVerifier.ofNobody(secret, name);
        User user = users.find(name);
        connection.challenged = user;
        return exchange.challenge(user == null ? nobodys : user.verifier());
    }

    private String verify(ManagedConnection connection, String message) throws PmuException {
        String name = connection.exchange.userName();
        // Again: others from there may have failed since, and all of them together have no more tries than one.
        requireOpen(connection, name);
        String answer;
        try {
            answer = connection.exchange.verify(message);
            requireCurrent(connection);
        } catch (PmuException e) {
            failed(connection, e);
            throw e;
        }
        byUser.succeeded(new Source(connection.peer.address(), name));
        connection.principal = Principal.of(users.find(name));
        connection.exchange = null;
        return answer;
    }

    /** Refuses a proof of what was true when the challenge was given and is not any more. */
    private void requireCurrent(ManagedConnection connection) throws PmuException {
        User challenged = connection.challenged;
        User current = challenged == null ? null : users.find(challenged.name());
        if (current == null || !current.verifier().equals(challenged.verifier())) {
            throw new PmuException(
                    ErrorCode.AUTHENTICATION_FAILED, "the user's password was changed during the log-in; try again");
        }
    }

    private void requireOpen(ManagedConnection connection, String name) throws PmuException {
        String address = connection.peer.address();
        long waitNanos = Math.max(byUser.waitNanos(new Source(address, name)), byAddress.waitNanos(address));
        if (waitNanos > 0) {
            throw new PmuException(
                    ErrorCode.LOGIN_THROTTLED,
                    "too many log-ins from " + address + " have failed, for user " + name
                            + " or for many; the next try is allowed in "
                            + (TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1)
                            + " ms. Check user name and password");
        }
    }

    private void failed(ManagedConnection connection, PmuException why) {
        String address = connection.peer.address();
        byAddress.failed(address);
        String name = connection.exchange.userName();
        if (name != null) {
            byUser.failed(new Source(address, name));
        }
        log(connection, name, why);
    }

    /** One line a second for each address, and no more addresses than can be remembered. */
    private void log(ManagedConnection connection, String name, PmuException why) {
        String address = connection.peer.address();
        long now = clock.nanoTime();
        Logged last = logged.remove(address);
        if (last != null && now - last.nanos < LOG_NANOS) {
            logged.put(address, new Logged(last.nanos, last.leftOut + 1));
            return;
        }
        LOG.log(
                WARNING,
                "{0}: log-in {1}refused: {2}{3}",
                connection.peer.name(),
                name == null ? "" : "of " + name + " ",
                why.getMessage(),
                last == null || last.leftOut == 0 ? "" : "; and " + last.leftOut + " before");
        logged.put(address, new Logged(now, 0));
        if (logged.size() > MOST_LOGGED) {
            logged.remove(logged.keySet().iterator().next());
        }
    }

    /** On whose behalf a connection asks that has not tried to log in. Who tried and failed is not taken for nobody. */
    Principal anonymous(ManagedConnection connection) throws PmuException {
        if (connection.loginFailed || connection.exchange != null) {
            throw new PmuException(
                    ErrorCode.AUTHENTICATION_FAILED,
                    "this connection's log-in has failed or is not complete; connect anew to try again");
        }
        return switch (anonymous) {
            case ORDINARY -> new Principal("", ORDINARY);
            case ADMINISTRATOR -> new Principal("", ADMINISTRATOR);
            case REFUSED ->
                throw new PmuException(
                        ErrorCode.AUTHENTICATION_FAILED,
                        "the unit lets in its users alone; give a user name and a password");
        };
    }

    /**
     * What has become of a connection's user.
     *
     * @return why the connection has to end, null if it need not
     */
    String renew(ManagedConnection connection, UserDirectory former) {
        if (connection.principal == null || connection.principal.isAnonymous()) {
            return null;
        }
        String name = connection.principal.name();
        User current = users.find(name);
        if (current == null) {
            return "user " + name + " has been removed";
        }
        User before = former.find(name);
        if (before == null || !before.verifier().equals(current.verifier())) {
            return "the password of user " + name + " has been changed";
        }
        connection.principal = Principal.of(current);
        return null;
    }

    UserDirectory users() {
        return users;
    }
}
