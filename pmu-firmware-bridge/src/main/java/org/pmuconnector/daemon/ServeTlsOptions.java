package org.pmuconnector.daemon;

import java.nio.file.Path;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.tls.ServerTls;
import org.pmuconnector.tls.ServerTls.ClientAuthentication;
import org.pmuconnector.tls.TlsFiles;
import picocli.CommandLine.Option;

/** What a unit shows on its iwarps:// addresses, and what it wants to see. */
final class ServeTlsOptions {

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            description =
                    "The unit's certificate, which names its hosts, and those between it and its root, PEM. Files "
                            + "that change are used by new connections.")
    private Path certificateFile;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The private key to it, PKCS #8 in PEM, readable by its owner alone.")
    private Path keyFile;

    @Option(
            names = "--tls-client-auth",
            paramLabel = "none|want|need",
            defaultValue = "NONE",
            description = "Whether initiators show a certificate: no; if they have one; always.")
    private ClientAuthentication clientAuthentication;

    @Option(
            names = "--tls-client-ca",
            paramLabel = "FILE",
            description = "Certificates of those who may vouch for initiators, PEM or PKCS #12 without a password.")
    private Path clientCaFile;

    /**
     * For a unit that listens so.
     *
     * @return null if it speaks no TLS
     * @throws PmuException {@code BAD_CONFIGURATION} if it should and cannot, or could and does not
     */
    ServerTls forUse(boolean wanted) throws PmuException {
        boolean given = certificateFile != null || keyFile != null || clientCaFile != null;
        if (wanted) {
            return new ServerTls(new TlsFiles(clientCaFile, certificateFile, keyFile), clientAuthentication);
        }
        if (given || clientAuthentication != ClientAuthentication.NONE) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "TLS options without an address that uses them; give --listen iwarps://HOST:PORT");
        }
        return null;
    }
}
