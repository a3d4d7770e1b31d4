package org.pmuconnector.scram;

import com.ongres.scram.common.ScramFunctions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pmuconnector.model.PmuException;

/**
 * What is kept of a password: enough to check it and to prove that one knows it, not enough to log in with. Its text
 * form is the widely used {@code SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY}, all but the number in Base64.
 * Immutable.
 */
public final class ScramVerifier {

    /**
     * Rounds for new passwords. A client derives its keys once and keeps them, so that these cost a log-in little and
     * somebody who guesses at a stolen file much.
     */
    public static final int DEFAULT_ITERATIONS = 100_000;

    /** The fewest rounds that RFC 7677 allows. */
    public static final int FEWEST_ITERATIONS = 4096;

    /** The most rounds that a client lets a unit ask of it: about a second. */
    public static final int MOST_ITERATIONS = 2_000_000;

    private static final int SALT_BYTES = 16;
    private static final int SHORTEST_SALT_BYTES = 8;
    private static final int LONGEST_SALT_BYTES = 64;
    private static final String BASE64 = "([A-Za-z0-9+/]{1,120}={0,2})";
    private static final Pattern FORM =
            Pattern.compile("SCRAM-SHA-256\\$(\\d{1,9}):" + BASE64 + "\\$" + BASE64 + ":" + BASE64);

    private final int iterations;
    private final byte[] salt;
    private final byte[] storedKey;
    private final byte[] serverKey;

    private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
        this.iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    /**
     * Of a new password, with a salt of its own.
     *
     * @param iterations {@link #FEWEST_ITERATIONS} to {@link #MOST_ITERATIONS}
     * @throws PmuException {@code BAD_CONFIGURATION} for a password that SASLprep does not allow
     */
    public static ScramVerifier of(Credentials credentials, int iterations, RandomGenerator random)
            throws PmuException {
        if (iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS) {
            throw new IllegalArgumentException(
                    "iterations is " + iterations + "; it must be " + FEWEST_ITERATIONS + " to " + MOST_ITERATIONS);
        }
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return of(Scram.saltedPassword(credentials, salt, iterations), salt, iterations);
    }

    private static ScramVerifier of(byte[] saltedPassword, byte[] salt, int iterations) {
        byte[] clientKey = ScramFunctions.clientKey(Scram.MECHANISM, saltedPassword);
        return new ScramVerifier(
                iterations,
                salt,
                ScramFunctions.storedKey(Scram.MECHANISM, clientKey),
                ScramFunctions.serverKey(Scram.MECHANISM, saltedPassword));
    }

    /**
     * What somebody who does not exist is asked with: the same each time, and no password fits.
     *
     * @param secret known to nobody but the unit
     */
    public static ScramVerifier ofNobody(byte[] secret, String userName) {
        return new ScramVerifier(
                DEFAULT_ITERATIONS,
                Arrays.copyOf(derived(secret, "salt:" + userName), SALT_BYTES),
                derived(secret, "stored:" + userName),
                derived(secret, "server:" + userName));
    }

    private static byte[] derived(byte[] secret, String purpose) {
        return ScramFunctions.serverSignature(Scram.MECHANISM, secret, purpose);
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is none; the message does not show it
     */
    public static ScramVerifier parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY");
        }
        int iterations = Integer.parseInt(matcher.group(1));
        byte[] salt = Base64.getDecoder().decode(matcher.group(2));
        byte[] storedKey = Base64.getDecoder().decode(matcher.group(3));
        byte[] serverKey = Base64.getDecoder().decode(matcher.group(4));
        if (iterations < FEWEST_ITERATIONS || iterations > MOST_ITERATIONS) {
            throw new IllegalArgumentException(
                    iterations + " iterations; there must be " + FEWEST_ITERATIONS + " to " + MOST_ITERATIONS);
        }
        if (salt.length < SHORTEST_SALT_BYTES
                || salt.length > LONGEST_SALT_BYTES
                || storedKey.length != Scram.KEY_BYTES
                || serverKey.length != Scram.KEY_BYTES) {
            throw new IllegalArgumentException("a salt or key of the wrong length");
        }
        return new ScramVerifier(iterations, salt, storedKey, serverKey);
    }

    /** The text form: as secret as a lock, not as secret as a key. */
    public String encoded() {
        return "SCRAM-SHA-256$" + iterations + ":" + encodedSalt() + "$"
                + Base64.getEncoder().encodeToString(storedKey) + ":"
                + Base64.getEncoder().encodeToString(serverKey);
    }

    /** How many rounds its password goes through. */
    public int iterations() {
        return iterations;
    }

    String encodedSalt() {
        return Base64.getEncoder().encodeToString(salt);
    }

    /** Whether a proof could only come from somebody who knows the password. Takes the same time for any answer. */
    boolean isProvedBy(byte[] clientProof, String authMessage) {
        return clientProof.length == Scram.KEY_BYTES
                && ScramFunctions.verifyClientProof(Scram.MECHANISM, clientProof, storedKey, authMessage);
    }

    byte[] serverSignature(String authMessage) {
        return ScramFunctions.serverSignature(Scram.MECHANISM, serverKey, authMessage);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ScramVerifier that
                && iterations == that.iterations
                && Arrays.equals(salt, that.salt)
                && MessageDigest.isEqual(storedKey, that.storedKey)
                && MessageDigest.isEqual(serverKey, that.serverKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(iterations, Arrays.hashCode(salt));
    }

    /** Without salt and keys. */
    @Override
    public String toString() {
        return "SCRAM-SHA-256, " + iterations + " iterations";
    }
}
