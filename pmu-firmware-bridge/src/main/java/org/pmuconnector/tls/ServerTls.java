package org.pmuconnector.tls;

import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** The unit's side: shows its certificate, and asks initiators for theirs if it is to. Safe for use by many threads. */
public final class ServerTls {

    /** What initiators have to show. */
    public enum ClientAuthentication {
        /** Nothing. */
        NONE,
        /** A certificate if they have one; it must be valid then. */
        WANT,
        /** A valid certificate. */
        NEED
    }

    private final TlsContexts contexts;
    private final ClientAuthentication clientAuthentication;

    /**
     * Loads the files.
     *
     * @param files with a certificate and its key; the CA file says which initiators' certificates are valid
     * @throws PmuException {@code BAD_CONFIGURATION} if they cannot be used, or if initiators' certificates are to be
     *     checked against nothing
     */
    public ServerTls(TlsFiles files, ClientAuthentication clientAuthentication) throws PmuException {
        this.clientAuthentication = Objects.requireNonNull(clientAuthentication);
        if (files.certificateFile() == null && files.keyFile() == null) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION, "a unit that speaks TLS needs a certificate and its key");
        }
        if (clientAuthentication != ClientAuthentication.NONE && files.caFile() == null) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "initiators' certificates cannot be checked without a CA file: those that public authorities "
                            + "signed would all be valid");
        }
        this.contexts = new TlsContexts(files);
    }

    /** For one accepted connection. */
    public SSLEngine engine() {
        SSLEngine engine = contexts.current().createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {TlsContexts.PROTOCOL});
        switch (clientAuthentication) {
            case NONE -> parameters.setNeedClientAuth(false);
            case WANT -> parameters.setWantClientAuth(true);
            case NEED -> parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }
}
