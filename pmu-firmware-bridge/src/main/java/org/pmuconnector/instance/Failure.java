package org.pmuconnector.instance;

import java.time.Instant;

/**
 * Something that went wrong, for people to read.
 *
 * @param text what
 * @param when by the clock of this host
 */
public record Failure(String text, Instant when) {}
