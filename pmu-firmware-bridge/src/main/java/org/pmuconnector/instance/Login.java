package org.pmuconnector.instance;

import java.util.random.RandomGenerator;
import org.pmuconnector.control.wire.Authenticate;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.DerivedKeyCache;
import org.pmuconnector.scram.ScramClient;

/**
 * Logs in on connections on which nothing has been said yet: SCRAM-SHA-256, in which the unit proves itself, too. Safe for
 * use by many threads.
 */
public final class Login {

    /** Request ids up to this one are used by a log-in. */
    static final long LAST_REQUEST_ID = 2;

    private final Credentials credentials;
    private final DerivedKeyCache cache;
    private final RandomGenerator random;

    /** Log-ins with those credentials; nothing is done for {@link Credentials#ANONYMOUS}. */
    public Login(Credentials credentials, DerivedKeyCache cache, RandomGenerator random) {
        this.credentials = credentials;
        this.cache = cache;
        this.random = random;
    }

    /** The same with other credentials. */
    Login as(Credentials others) {
        return new Login(others, cache, random);
    }

    /**
     * Logs in.
     *
     * @throws PmuException {@code AUTHENTICATION_FAILED}, {@code LOGIN_THROTTLED}, and what the connection throws; it is
     *     of no use any more
     */
    public void on(FabricConnection connection, Deadline deadline) throws PmuException {
        if (credentials.isAnonymous()) {
            return;
        }
        ScramClient client = new ScramClient(credentials, cache, random);
        try {
            String challenge = call(connection, 1, client.first(), deadline);
            client.finish(call(connection, LAST_REQUEST_ID, client.answer(challenge), deadline));
        } catch (PmuException e) {
            throw new PmuException(e.code(), credentials + " cannot log in: " + e.getMessage(), e);
        }
    }

    private static String call(FabricConnection connection, long id, String message, Deadline deadline)
            throws PmuException {
        Request request = Request.newBuilder()
                .setId(id)
                .setAuthenticate(Authenticate.newBuilder().setMessage(message))
                .build();
        return connection.call(request, deadline).getAuthenticate().getMessage();
    }
}
