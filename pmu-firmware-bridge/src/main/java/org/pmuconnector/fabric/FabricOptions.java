package org.pmuconnector.fabric;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.tls.ClientTls;
import org.pmuconnector.tls.TlsFiles;

/**
 * How an initiator uses its transports. Immutable.
 *
 * @param pollMicros how long a thread that waits for the unit polls before it blocks, 0 to {@value #MAX_POLL_MICROS}; 0
 *     to block at once, which costs each round trip a thread's wake-up. Of no use to {@code embedded}
 * @param tls whom to trust, and what to show. Of {@code iwarps} only
 */
public record FabricOptions(int pollMicros, TlsFiles tls) {

    /** The longest time to poll: longer than any round trip that polling can make shorter. */
    public static final int MAX_POLL_MICROS = 1_000;

    /** The time to poll where nothing else is said: some round trips on a fast network. */
    public static final int DEFAULT_POLL_MICROS = 50;

    /** Checks the range. */
    public FabricOptions {
        Objects.requireNonNull(tls);
        if (pollMicros < 0 || pollMicros > MAX_POLL_MICROS) {
            throw new IllegalArgumentException("pollMicros is 0 to " + MAX_POLL_MICROS + ", not " + pollMicros);
        }
    }

    /** {@value #DEFAULT_POLL_MICROS} µs of polling; trusts whom this Java trusts, and shows no certificate. */
    public static FabricOptions defaults() {
        return new FabricOptions(DEFAULT_POLL_MICROS, TlsFiles.NONE);
    }

    /** The same with another polling time. */
    public FabricOptions withPollMicros(int micros) {
        return new FabricOptions(micros, tls);
    }

    /** The same with other certificates. */
    public FabricOptions withTls(TlsFiles files) {
        return new FabricOptions(pollMicros, files);
    }

    /**
     * The same with the certificates in these files, which are looked at now; those that are empty or null stand for none.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if they cannot be used
     */
    public FabricOptions withTlsFiles(String caFile, String certificateFile, String keyFile) throws PmuException {
        TlsFiles files = new TlsFiles(path(caFile), path(certificateFile), path(keyFile));
        if (!files.equals(TlsFiles.NONE)) {
            ClientTls.check(files);
        }
        return withTls(files);
    }

    private static Path path(String text) throws PmuException {
        try {
            return text == null || text.isBlank() ? null : Path.of(text.strip());
        } catch (InvalidPathException e) {
            throw new PmuException(ErrorCode.BAD_CONFIGURATION, "TLS file '" + text + "' is no path", e);
        }
    }
}
