package org.pmuconnector.sample.state;

/** The check that both codecs make before they look at a byte. */
final class PayloadVersions {

    private PayloadVersions() {}

    static void require(String what, int version, int newest) throws MalformedPayloadException {
        if (version < 1 || version > newest) {
            throw new MalformedPayloadException(what + " has payload version " + version + ", this release reads 1 to "
                    + newest + ": bring every server to the newest release");
        }
    }
}
