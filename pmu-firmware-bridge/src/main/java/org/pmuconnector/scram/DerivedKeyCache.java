package org.pmuconnector.scram;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pmuconnector.model.PmuException;

/**
 * Keeps what was derived from passwords, since deriving is slow on purpose: a pool that makes fifty connections derives
 * once. The least recently used is forgotten first. Safe for use by many threads, which take turns, so that those who
 * need the same wait for the first.
 */
public final class DerivedKeyCache {

    private static final int MOST_ENTRIES = 64;

    /** What a derivation depends on; the password is in the credentials. */
    private record Origin(Credentials credentials, String salt, int iterations) {}

    private final Map<Origin, DerivedKeys> entries = new LinkedHashMap<>(16, 0.75f, true);
    private int derivations;

    synchronized DerivedKeys keys(Credentials credentials, String salt, byte[] saltBytes, int iterations)
            throws PmuException {
        Origin origin = new Origin(credentials, salt, iterations);
        DerivedKeys keys = entries.get(origin);
        if (keys == null) {
            keys = new DerivedKeys(Scram.saltedPassword(credentials, saltBytes, iterations));
            derivations++;
            entries.put(origin, keys);
            if (entries.size() > MOST_ENTRIES) {
                entries.remove(entries.keySet().iterator().next());
            }
        }
        return keys;
    }

    /** How often keys had to be derived. */
    public synchronized int derivations() {
        return derivations;
    }
}
