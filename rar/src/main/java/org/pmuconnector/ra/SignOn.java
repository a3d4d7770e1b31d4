package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.SecurityException;
import jakarta.resource.spi.security.PasswordCredential;
import java.util.Optional;
import javax.security.auth.Subject;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.scram.Credentials;

/**
 * On whose behalf a connection is made (Connectors 9.1): of the user that the container or the caller signs on, else of the
 * adapter's own. The unit asks for the proof when the connection is made, and checks each access against the region's
 * access list. Its text never shows a password.
 */
record SignOn(Credentials credentials) {

    /** The adapter's own user. */
    static final SignOn ANONYMOUS = new SignOn(Credentials.ANONYMOUS);

    /**
     * From the container's subject, else from what the caller gave.
     *
     * @throws SecurityException if that can be no user's
     */
    static SignOn of(CheckpointManagedConnectionFactory factory, Subject subject, ConnectionRequestInfo info)
            throws ResourceException {
        try {
            Optional<PasswordCredential> signedOn = credential(factory, subject);
            if (signedOn.isPresent()) {
                char[] password = signedOn.get().getPassword();
                return of(signedOn.get().getUserName(), password == null ? "" : new String(password));
            }
            return info instanceof CheckpointRequestInfo request
                    ? of(request.userName(), request.password())
                    : ANONYMOUS;
        } catch (PmuException e) {
            throw new SecurityException(
                    "sign-on refused: " + e.getMessage(), e.code().text());
        }
    }

    private static SignOn of(String userName, String password) throws PmuException {
        Credentials credentials = Credentials.of(userName, password);
        return credentials.isAnonymous() ? ANONYMOUS : new SignOn(credentials);
    }

    /** The user, empty for the adapter's own. */
    String userName() {
        return credentials.userName();
    }

    private static Optional<PasswordCredential> credential(
            CheckpointManagedConnectionFactory factory, Subject subject) {
        if (subject == null) {
            return Optional.empty();
        }
        return subject.getPrivateCredentials(PasswordCredential.class).stream()
                .filter(credential -> factory.equals(credential.getManagedConnectionFactory()))
                .filter(credential -> credential.getUserName() != null
                        && !credential.getUserName().isEmpty())
                .findFirst();
    }
}
