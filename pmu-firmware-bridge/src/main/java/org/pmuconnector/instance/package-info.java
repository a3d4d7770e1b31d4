/**
 * One running adapter at one unit, without any server around it: its session, its part in each region, its connections.
 *
 * <p>{@link org.pmuconnector.instance.Instance} keeps the session, {@link org.pmuconnector.instance.Region} knows whether
 * this instance is the primary, {@link org.pmuconnector.instance.RegionConnection} carries one caller's data, and
 * {@link org.pmuconnector.instance.RegionReplica} stands by and takes over. Nothing here starts a thread: the loops are
 * {@code run} methods that the caller gives a thread to, and each consists of steps that never wait.
 */
package org.pmuconnector.instance;
