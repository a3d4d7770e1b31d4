package org.pmuconnector.scram;

import com.ongres.scram.common.ClientFirstMessage;
import com.ongres.scram.common.Gs2CbindFlag;
import com.ongres.scram.common.ServerFinalMessage;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.exception.ScramException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * The unit's half of one exchange: {@link #challenge}, then {@link #verify}. The proof covers a nonce that was drawn for
 * this exchange alone, so that nothing heard of another one is of use. One thread at a time; used once.
 */
public final class ScramServer {

    /** RFC 5802 section 7, without channel binding and extensions. */
    private static final Pattern CLIENT_FINAL = Pattern.compile(
            "(c=([A-Za-z0-9+/]{1,64}={0,2}),r=([\\x21-\\x2b\\x2d-\\x7e]{1,256})),p=([A-Za-z0-9+/]{1,64}={0,2})");

    private static final int LONGEST_CLIENT_NONCE = 128;

    private final String serverNonce;
    private String userName;
    private String nonce;
    private String clientFirstBare;
    private String gs2Header;
    private String serverFirst;
    private ScramVerifier verifier;

    /** An exchange with a nonce of its own. */
    public ScramServer(RandomGenerator random) {
        this(Scram.nonce(random));
    }

    ScramServer(String serverNonce) {
        this.serverNonce = serverNonce;
    }

    /**
     * Takes the client-first-message.
     *
     * @return who wants to log in: no promise that there is such a user
     * @throws PmuException {@code PROTOCOL_VIOLATION} for what no client may send, {@code AUTHENTICATION_FAILED} for what
     *     this release cannot do
     */
    public String begin(String clientFirst) throws PmuException {
        if (userName != null) {
            throw violation("a second beginning");
        }
        ClientFirstMessage message;
        try {
            if (clientFirst.isEmpty() || clientFirst.length() > Scram.LONGEST_MESSAGE) {
                throw violation("a client-first-message of " + clientFirst.length() + " characters");
            }
            message = ClientFirstMessage.parseFrom(clientFirst);
        } catch (ScramException | IllegalArgumentException e) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION, "a log-in that begins with no client-first-message", e);
        }
        if (message.getGs2Header().getChannelBindingFlag() == Gs2CbindFlag.CHANNEL_BINDING_REQUIRED
                || message.getGs2Header().getAuthzid() != null) {
            throw new PmuException(
                    ErrorCode.AUTHENTICATION_FAILED,
                    "channel binding and acting for somebody else are not in this release; log in without");
        }
        if (!Credentials.isUserName(message.getUsername())
                || message.getClientNonce().length() > LONGEST_CLIENT_NONCE) {
            throw violation("a user name or nonce that none can be");
        }
        int headerEnd = clientFirst.indexOf(',', clientFirst.indexOf(',') + 1) + 1;
        gs2Header = clientFirst.substring(0, headerEnd);
        clientFirstBare = clientFirst.substring(headerEnd);
        nonce = message.getClientNonce() + serverNonce;
        userName = message.getUsername();
        return userName;
    }

    /** The server-first-message: what the user's password is checked with, or what nobody's is. */
    public String challenge(ScramVerifier verifierOfUser) {
        Objects.requireNonNull(userName, "nobody has begun");
        verifier = verifierOfUser;
        serverFirst = new ServerFirstMessage(
                        nonce.substring(0, nonce.length() - serverNonce.length()),
                        serverNonce,
                        verifier.encodedSalt(),
                        verifier.iterations())
                .toString();
        return serverFirst;
    }

    /**
     * Takes the client-final-message.
     *
     * @return the server-final-message: the client has proved that it knows the password
     * @throws PmuException {@code AUTHENTICATION_FAILED} if it has not, {@code PROTOCOL_VIOLATION} for what no client may
     *     send
     */
    public String verify(String clientFinal) throws PmuException {
        ScramVerifier mine = verifier;
        if (mine == null) {
            throw violation("a proof before its challenge");
        }
        // Once, whatever becomes of it.
        verifier = null;
        Matcher matcher = CLIENT_FINAL.matcher(clientFinal);
        if (!matcher.matches()) {
            throw violation("no client-final-message");
        }
        byte[] proof;
        String binding;
        try {
            binding = new String(Base64.getDecoder().decode(matcher.group(2)), StandardCharsets.ISO_8859_1);
            proof = Base64.getDecoder().decode(matcher.group(4));
        } catch (IllegalArgumentException e) {
            throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a log-in with a proof that is not in Base64", e);
        }
        if (!binding.equals(gs2Header) || !matcher.group(3).equals(nonce)) {
            throw refused();
        }
        String authMessage = clientFirstBare + "," + serverFirst + "," + matcher.group(1);
        if (!mine.isProvedBy(proof, authMessage)) {
            throw refused();
        }
        return new ServerFinalMessage(mine.serverSignature(authMessage)).toString();
    }

    /** Whether the challenge has been given and the proof is awaited. */
    public boolean isAwaitingProof() {
        return verifier != null;
    }

    /** Who wants to log in; null before {@link #begin}. */
    public String userName() {
        return userName;
    }

    private static PmuException refused() {
        return new PmuException(
                ErrorCode.AUTHENTICATION_FAILED,
                "user name or password is wrong; check both, and that the unit has such a user");
    }

    private static PmuException violation(String what) {
        return new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a log-in with " + what);
    }
}
