package org.pmuconnector.sample.desk;

/**
 * What this server has done since it started.
 *
 * @param accepted batches recorded from here
 * @param duplicates batches that were answered as recorded before
 * @param refused batches that were not accepted
 * @param received sets delivered from the region
 * @param basesWritten bases recorded from here
 * @param resets how often the state was dropped and read anew
 * @param divergences bases from the primary that did not equal the state followed here; anything but 0 is an error in
 *     the program
 */
public record Activity(
        long accepted,
        long duplicates,
        long refused,
        long received,
        long basesWritten,
        long resets,
        long divergences) {}
