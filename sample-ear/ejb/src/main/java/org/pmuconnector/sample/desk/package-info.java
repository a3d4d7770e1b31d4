/**
 * The order desk as enterprise beans: {@link org.pmuconnector.sample.desk.OrderDesk} holds the books in memory and
 * records every batch in the region before it applies it; {@link org.pmuconnector.sample.desk.OrderBookReplica} feeds
 * the same books on the standby and tells the desk when it is the primary. {@link org.pmuconnector.sample.desk.Desk} is
 * what they do, free of container services, so that it can be tested without one.
 */
package org.pmuconnector.sample.desk;
