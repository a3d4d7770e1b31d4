package org.pmuconnector.instance;

/**
 * How far a standby's listener is behind the primary, as far as the standby knows.
 *
 * @param sets what was read and not taken by the listener yet; more may be in the log, as a standby reads no further than
 *     one batch ahead
 * @param bytes the payload of these
 * @param millis for how long the listener has not been known to have everything; on a standby that keeps up, at most the
 *     interval at which it looks for new sets
 */
public record Lag(long sets, long bytes, long millis) {}
