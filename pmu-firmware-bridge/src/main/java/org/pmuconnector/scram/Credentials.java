package org.pmuconnector.scram;

import java.util.Objects;
import java.util.regex.Pattern;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Who somebody says to be, and the password that proves it. Immutable; equal to others with the same user and password.
 * Its text never shows the password.
 */
public final class Credentials {

    /** Nobody in particular: there is no exchange at all. */
    public static final Credentials ANONYMOUS = new Credentials("", "");

    /** The longest password, in characters. */
    public static final int LONGEST_PASSWORD = 1024;

    private static final Pattern USER_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}");

    private final String userName;
    private final String password;

    private Credentials(String userName, String password) {
        this.userName = userName;
        this.password = password;
    }

    /**
     * A user's credentials.
     *
     * @param userName empty for nobody, see {@link #isUserName} otherwise
     * @param password any text of 1 to {@value #LONGEST_PASSWORD} characters; empty only without a user
     * @throws PmuException {@code BAD_CONFIGURATION}
     */
    public static Credentials of(String userName, String password) throws PmuException {
        String user = Objects.requireNonNullElse(userName, "");
        String secret = Objects.requireNonNullElse(password, "");
        if (user.isEmpty()) {
            if (!secret.isEmpty()) {
                throw bad("a password without a user name; give both or neither");
            }
            return ANONYMOUS;
        }
        if (!isUserName(user)) {
            throw bad("a user name has 1 to 64 letters, digits and any of . _ @ + - and begins with a letter or digit");
        }
        if (secret.isEmpty() || secret.length() > LONGEST_PASSWORD) {
            throw bad("the password of user '" + user + "' has " + secret.length() + " characters; give 1 to "
                    + LONGEST_PASSWORD);
        }
        return new Credentials(user, secret);
    }

    private static PmuException bad(String message) {
        return new PmuException(ErrorCode.BAD_CONFIGURATION, message);
    }

    /** Whether a user can have that name: 1 to 64 ASCII letters, digits and {@code . _ @ + -}, the first none of these. */
    public static boolean isUserName(String name) {
        return USER_NAME.matcher(name).matches();
    }

    /** Whether these are nobody's. */
    public boolean isAnonymous() {
        return userName.isEmpty();
    }

    /** The user; empty for nobody. */
    public String userName() {
        return userName;
    }

    String password() {
        return password;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Credentials that && userName.equals(that.userName) && password.equals(that.password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(userName, password);
    }

    @Override
    public String toString() {
        return isAnonymous() ? "anonymous" : "user '" + userName + "'";
    }
}
