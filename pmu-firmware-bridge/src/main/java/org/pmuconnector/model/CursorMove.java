package org.pmuconnector.model;

/**
 * What a subscriber has taken.
 *
 * @param subscription whose cursor is to move
 * @param sequence everything up to it was taken
 * @param ownerToken proves that the subscriber is the subscription's owner still; 0 where it is nobody's own
 */
public record CursorMove(String subscription, long sequence, long ownerToken) {}
