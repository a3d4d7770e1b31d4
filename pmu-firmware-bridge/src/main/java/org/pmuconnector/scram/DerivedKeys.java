package org.pmuconnector.scram;

import com.ongres.scram.common.ScramFunctions;

/** What a client makes of its password. As secret as the password itself; shows nothing. */
final class DerivedKeys {

    private final byte[] clientKey;
    private final byte[] storedKey;
    private final byte[] serverKey;

    DerivedKeys(byte[] saltedPassword) {
        clientKey = ScramFunctions.clientKey(Scram.MECHANISM, saltedPassword);
        storedKey = ScramFunctions.storedKey(Scram.MECHANISM, clientKey);
        serverKey = ScramFunctions.serverKey(Scram.MECHANISM, saltedPassword);
    }

    byte[] proof(String authMessage) {
        byte[] signature = ScramFunctions.clientSignature(Scram.MECHANISM, storedKey, authMessage);
        return ScramFunctions.clientProof(clientKey, signature);
    }

    boolean isSignedBy(byte[] serverSignature, String authMessage) {
        return serverSignature.length == Scram.KEY_BYTES
                && ScramFunctions.verifyServerSignature(Scram.MECHANISM, serverKey, authMessage, serverSignature);
    }
}
