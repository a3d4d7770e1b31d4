package org.pmuconnector.tls;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.pmuconnector.model.PmuException;

/**
 * The initiator's side: verifies the unit's certificate, its chain and that it is for the host that was asked for, and
 * shows a certificate of its own where it has one and the unit asks. Safe for use by many threads.
 */
public final class ClientTls {

    private final TlsContexts contexts;

    /**
     * Loads the files.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if they cannot be used
     */
    public ClientTls(TlsFiles files) throws PmuException {
        this.contexts = new TlsContexts(files);
    }

    /**
     * Checks files without using them.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if they cannot be used
     */
    public static void check(TlsFiles files) throws PmuException {
        TlsContexts.load(files);
    }

    /** For one connection to a unit, which must prove to be that host: RFC 9525 by the rules of HTTPS. */
    public SSLEngine engine(String host, int port) {
        SSLEngine engine = contexts.current().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {TlsContexts.PROTOCOL});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }
}
