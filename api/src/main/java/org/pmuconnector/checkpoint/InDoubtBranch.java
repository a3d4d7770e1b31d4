package org.pmuconnector.checkpoint;

import java.time.Instant;

/**
 * A prepared transaction branch whose outcome is not known yet.
 *
 * @param xid the transaction's id as text: format id, global id and branch qualifier in hexadecimal, joined by ':'
 * @param instanceName the adapter instance that prepared it, whose transaction manager decides
 * @param preparedAt when it was prepared, by that instance's clock
 * @param setCount how many sets it holds
 */
public record InDoubtBranch(String xid, String instanceName, Instant preparedAt, int setCount) {}
