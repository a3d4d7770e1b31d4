package org.pmuconnector.scram;

import com.ongres.saslprep.SASLprep;
import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.StringPreparation;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** What both halves of the exchange have in common. */
final class Scram {

    static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_256;

    /** Of a hash, and so of every key and proof. */
    static final int KEY_BYTES = 32;

    /** The longest message of an exchange, in characters. */
    static final int LONGEST_MESSAGE = 1024;

    /** 18 bytes make 24 characters of Base64 without padding. */
    private static final int NONCE_BYTES = 18;

    private Scram() {}

    /** Printable, without a comma, and never drawn twice. */
    static String nonce(RandomGenerator random) {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /**
     * The salted password of RFC 5802 section 3: costly by design.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} for a password that SASLprep (RFC 4013) does not allow
     */
    static byte[] saltedPassword(Credentials credentials, byte[] salt, int iterations) throws PmuException {
        char[] prepared;
        try {
            // Not by the library's own lookup, which asks the thread's context class loader for the profile.
            prepared = new SASLprep().prepareStored(credentials.password().toCharArray());
        } catch (IllegalArgumentException e) {
            // The cause may quote the password.
            throw unusable(credentials);
        }
        if (prepared.length == 0) {
            throw unusable(credentials);
        }
        return ScramFunctions.saltedPassword(MECHANISM, StringPreparation.NO_PREPARATION, prepared, salt, iterations);
    }

    private static PmuException unusable(Credentials credentials) {
        return new PmuException(
                ErrorCode.BAD_CONFIGURATION,
                "the password of " + credentials
                        + " has characters that no password may have, such as control or unassigned ones, or none that"
                        + " count; choose another");
    }
}
