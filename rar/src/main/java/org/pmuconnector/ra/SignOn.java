package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.SecurityException;
import jakarta.resource.spi.security.PasswordCredential;
import java.util.Objects;
import javax.security.auth.Subject;
import org.pmuconnector.model.ErrorCode;

/**
 * On whose behalf a connection is made. Units know no users yet: credentials that would go unchecked are refused rather
 * than taken for protection.
 */
record SignOn(String userName) {

    /** Nobody in particular. */
    static final SignOn ANONYMOUS = new SignOn("");

    SignOn {
        Objects.requireNonNull(userName);
    }

    /**
     * From the container's subject, else from what the caller gave.
     *
     * @throws SecurityException if a user is named
     */
    static SignOn of(CheckpointManagedConnectionFactory factory, Subject subject, ConnectionRequestInfo info)
            throws ResourceException {
        String userName = userName(factory, subject);
        if (userName.isEmpty() && info instanceof CheckpointRequestInfo request) {
            userName = request.userName();
        }
        if (!userName.isEmpty()) {
            throw new SecurityException(
                    "user '" + userName
                            + "' cannot sign on: the unit knows no users; leave user name and password empty",
                    ErrorCode.AUTHENTICATION_FAILED.text());
        }
        return ANONYMOUS;
    }

    private static String userName(CheckpointManagedConnectionFactory factory, Subject subject) {
        if (subject == null) {
            return "";
        }
        return subject.getPrivateCredentials(PasswordCredential.class).stream()
                .filter(credential -> factory.equals(credential.getManagedConnectionFactory()))
                .map(PasswordCredential::getUserName)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
    }
}
