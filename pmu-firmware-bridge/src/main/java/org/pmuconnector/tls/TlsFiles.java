package org.pmuconnector.tls;

import java.nio.file.Path;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Where one side's certificates are. Immutable.
 *
 * @param caFile certificates of those who may vouch for the other side, PEM or PKCS #12; null for those that this Java
 *     trusts
 * @param certificateFile this side's certificate, followed by those between it and its root, PEM; null for none
 * @param keyFile the private key to it, PKCS #8 in PEM, readable by its owner alone; null for none
 */
public record TlsFiles(Path caFile, Path certificateFile, Path keyFile) {

    /** What this Java trusts, and no certificate of its own. */
    public static final TlsFiles NONE = new TlsFiles(null, null, null);

    /**
     * Checks that certificate and key are both named, or neither.
     *
     * @throws PmuException {@code BAD_CONFIGURATION}
     */
    public TlsFiles checked() throws PmuException {
        if ((certificateFile == null) != (keyFile == null)) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    certificateFile == null
                            ? "TLS key " + keyFile + " has no certificate; name the certificate's file, too"
                            : "TLS certificate " + certificateFile + " has no key; name the key's file, too");
        }
        return this;
    }
}
