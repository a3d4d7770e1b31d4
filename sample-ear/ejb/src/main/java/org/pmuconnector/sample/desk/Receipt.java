package org.pmuconnector.sample.desk;

/**
 * The acknowledgement of a batch: it is recorded, and whoever becomes the primary has it.
 *
 * @param server the server that took it
 * @param epoch the term in which it is acknowledged
 * @param sequence the region's newest sequence that the server's state includes
 * @param messages how many messages the batch has
 * @param duplicate whether it had been recorded before and was not recorded again
 */
public record Receipt(String server, long epoch, long sequence, int messages, boolean duplicate) {}
