package org.pmuconnector.fabric.iwarp;

import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import javax.net.ssl.SSLException;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** What a failed TLS handshake means to the user, and what to do about it. */
final class TlsFaults {

    /** How the JDK words that no one is known who vouches for a certificate. */
    private static final List<String> NO_PATH = List.of("unable to find valid certification path", "trustAnchors");

    /** How it words that something else than TLS arrived. */
    private static final List<String> NOT_TLS = List.of("unrecognized SSL message", "Unrecognized SSL message");

    /** The alerts with which a peer refuses a certificate: RFC 8446, section 6.2. */
    private static final List<String> CERTIFICATE_ALERTS = List.of(
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "unknown_ca",
            "access_denied",
            "certificate_required");

    private TlsFaults() {}

    /** The error for a start-up that failed so. */
    static PmuException translate(String unit, SSLException fault) {
        CertificateException certificate = certificateFault(fault);
        if (certificate != null) {
            return failure(ErrorCode.AUTHENTICATION_FAILED, unit, explain(certificate), fault);
        }
        String message = String.valueOf(fault.getMessage());
        if (CERTIFICATE_ALERTS.stream().anyMatch(message::contains)) {
            return failure(
                    ErrorCode.AUTHENTICATION_FAILED,
                    unit,
                    "the unit refused this side's TLS certificate, or the lack of one (" + message
                            + "); set a certificate and key that the unit's client CA vouches for",
                    fault);
        }
        if (NOT_TLS.stream().anyMatch(message::contains)) {
            return failure(
                    ErrorCode.PROTOCOL_VIOLATION,
                    unit,
                    "what answers does not speak TLS; check the port, or use an iwarp:// address",
                    fault);
        }
        return failure(
                ErrorCode.PROTOCOL_VIOLATION,
                unit,
                "the TLS 1.3 handshake failed: " + message + "; check that both sides offer TLS 1.3",
                fault);
    }

    private static CertificateException certificateFault(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException certificate
                    && !(cause.getCause() instanceof CertificateException)) {
                return certificate;
            }
        }
        return null;
    }

    private static String explain(CertificateException fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return "the unit's TLS certificate has expired or is not valid yet (" + cause.getMessage()
                        + "); renew it, and check the clocks";
            }
        }
        String message = String.valueOf(fault.getMessage());
        if (NO_PATH.stream().anyMatch(message::contains)) {
            return "the unit's TLS certificate is signed by nobody whom this side trusts; set the TLS CA file to the "
                    + "certificate that signed it";
        }
        if (message.contains("subject alternative") || message.contains("No name matching")) {
            return "the unit's TLS certificate is for another host (" + message
                    + "); use an address that it names, or give the unit one that names this address";
        }
        return "the unit's TLS certificate is not accepted: " + message;
    }

    private static PmuException failure(ErrorCode code, String unit, String why, SSLException cause) {
        return new PmuException(code, "unit " + unit + ": " + why, cause);
    }
}
