/** A server's process with two resources in its transactions, to be killed between any two steps of the protocol. */
package org.pmuconnector.ra.twophase;
