/**
 * The checkpoint log: one region as a ring of records that are written once, found again by position, and valid only
 * under the salt of their epoch.
 *
 * <p>Everything here is a state machine over {@link org.pmuconnector.log.RegionMemory}: no thread, no socket, no clock of
 * its own. A {@link org.pmuconnector.log.LogWriter} belongs to the region's primary; a
 * {@link org.pmuconnector.log.LogReader} to anybody.
 */
package org.pmuconnector.log;
