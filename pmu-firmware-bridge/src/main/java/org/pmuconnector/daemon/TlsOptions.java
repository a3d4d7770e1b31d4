package org.pmuconnector.daemon;

import java.nio.file.Path;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.tls.TlsFiles;
import picocli.CommandLine.Option;

/** Whom a tool trusts, and what it shows, where the address is an iwarps:// one. */
final class TlsOptions {

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "Certificates of those who may vouch for the unit, PEM or PKCS #12 without a password; "
                    + "otherwise those whom this Java trusts.")
    private Path caFile;

    @Option(
            names = "--tls-certificate",
            paramLabel = "FILE",
            description = "This side's certificate and those between it and its root, PEM; for units that ask for it.")
    private Path certificateFile;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The private key to it, PKCS #8 in PEM, readable by its owner alone.")
    private Path keyFile;

    TlsFiles files() throws PmuException {
        return new TlsFiles(caFile, certificateFile, keyFile).checked();
    }
}
