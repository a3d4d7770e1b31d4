package org.pmuconnector.model;

/**
 * Where an epoch's records begin in a region's log, and the salt of their checksums. Kept while records of the epoch are
 * in the ring: what a former lap or epoch left behind is never valid under it.
 *
 * @param epoch the epoch, from 1
 * @param startPosition the log position of its first record
 * @param salt random, drawn by the manager when it granted the epoch
 */
public record EpochStart(long epoch, long startPosition, long salt) {}
