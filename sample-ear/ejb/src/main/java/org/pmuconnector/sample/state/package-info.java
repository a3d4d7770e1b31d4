/**
 * What the order desk must not lose: its books and how far each client has come, with the encoding that goes into the
 * region and the digest by which two servers' states are compared. Plain Java, no container.
 */
package org.pmuconnector.sample.state;
