package org.pmuconnector.scram;

import com.ongres.scram.common.ClientFinalMessage;
import com.ongres.scram.common.ClientFirstMessage;
import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ServerFinalMessage;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.exception.ScramException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * The client's half of one exchange: {@link #first()}, then {@link #answer}, then {@link #finish}. When it has finished
 * the unit has proved, too, that it knows the password's verifier. One thread at a time; used once.
 */
public final class ScramClient {

    private enum Step {
        FIRST,
        ANSWER,
        FINISH,
        DONE
    }

    private final Credentials credentials;
    private final DerivedKeyCache cache;
    private final ClientFirstMessage firstMessage;
    private Step step = Step.FIRST;
    private String authMessage;
    private DerivedKeys keys;

    /** An exchange with a nonce of its own. */
    public ScramClient(Credentials credentials, DerivedKeyCache cache, RandomGenerator random) {
        this(credentials, cache, Scram.nonce(random));
    }

    ScramClient(Credentials credentials, DerivedKeyCache cache, String nonce) {
        this.credentials = credentials;
        this.cache = cache;
        this.firstMessage = new ClientFirstMessage(credentials.userName(), nonce);
    }

    /** The client-first-message. */
    public String first() {
        advance(Step.FIRST, Step.ANSWER);
        return firstMessage.toString();
    }

    /**
     * The client-final-message, with the proof.
     *
     * @throws PmuException {@code PROTOCOL_VIOLATION} for what no server may send, {@code BAD_CONFIGURATION} for a
     *     password that none can be
     */
    public String answer(String serverFirst) throws PmuException {
        advance(Step.ANSWER, Step.FINISH);
        ServerFirstMessage challenge;
        byte[] salt;
        try {
            if (serverFirst.length() > Scram.LONGEST_MESSAGE) {
                throw violation("a server-first-message that is too long", null);
            }
            challenge = ServerFirstMessage.parseFrom(serverFirst, firstMessage.getClientNonce());
            salt = Base64.getDecoder().decode(challenge.getSalt());
        } catch (ScramException | IllegalArgumentException e) {
            throw violation("a server-first-message that is none", e);
        }
        int iterations = challenge.getIterationCount();
        if (iterations < ScramVerifier.FEWEST_ITERATIONS || iterations > ScramVerifier.MOST_ITERATIONS) {
            throw violation("a password hashed " + iterations + " times", null);
        }
        if (challenge.getServerNonce().isEmpty() || salt.length == 0) {
            throw violation("a server-first-message without a nonce or a salt of its own", null);
        }
        keys = cache.keys(credentials, challenge.getSalt(), salt, iterations);
        authMessage = ScramFunctions.authMessage(firstMessage, challenge, null);
        byte[] proof = keys.proof(authMessage);
        return new ClientFinalMessage(firstMessage.getGs2Header(), null, challenge.getNonce(), proof).toString();
    }

    /**
     * Takes the server-final-message.
     *
     * @throws PmuException {@code AUTHENTICATION_FAILED} if it does not prove that the unit knows this user
     */
    public void finish(String serverFinal) throws PmuException {
        advance(Step.FINISH, Step.DONE);
        boolean proved;
        try {
            ServerFinalMessage message = ServerFinalMessage.parseFrom(serverFinal);
            proved = !message.isError() && keys.isSignedBy(message.getVerifier(), authMessage);
        } catch (ScramException | IllegalArgumentException e) {
            throw violation("a server-final-message that is none", e);
        }
        if (!proved) {
            throw new PmuException(
                    ErrorCode.AUTHENTICATION_FAILED,
                    "the unit did not prove that it knows " + credentials
                            + ": it may not be the one that it says to be; check the address");
        }
    }

    private void advance(Step from, Step to) {
        if (step != from) {
            throw new IllegalStateException("the exchange is at " + step + " and not at " + from);
        }
        step = to;
    }

    private static PmuException violation(String what, Exception cause) {
        return new PmuException(ErrorCode.PROTOCOL_VIOLATION, "the unit answered a log-in with " + what, cause);
    }
}
