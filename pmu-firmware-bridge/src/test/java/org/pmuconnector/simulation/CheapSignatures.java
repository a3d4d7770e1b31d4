package org.pmuconnector.simulation;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SignatureSpi;

/**
 * Ed25519 that signs with a digest alone: half of a simulation's time would go into true signatures, about which it has
 * nothing to find out.
 */
final class CheapSignatures extends Provider {

    private static final long serialVersionUID = 1L;

    CheapSignatures() {
        super("CheapSignatures", "1.0", "signatures that prove nothing");
        put("Signature.Ed25519", Digest.class.getName());
    }

    /** By reflection of the Java runtime. */
    public static final class Digest extends SignatureSpi {

        private final MessageDigest digest;

        public Digest() throws NoSuchAlgorithmException {
            digest = MessageDigest.getInstance("SHA-256");
        }

        @Override
        protected void engineInitVerify(PublicKey publicKey) {
            digest.reset();
        }

        @Override
        protected void engineInitSign(PrivateKey privateKey) {
            digest.reset();
        }

        @Override
        protected void engineUpdate(byte b) {
            digest.update(b);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        protected byte[] engineSign() {
            return digest.digest();
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            return MessageDigest.isEqual(digest.digest(), signature);
        }

        @Deprecated
        @Override
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException(name);
        }

        @Deprecated
        @Override
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException(name);
        }
    }
}
