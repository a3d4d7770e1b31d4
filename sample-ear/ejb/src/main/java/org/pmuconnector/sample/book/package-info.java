/**
 * The order desk's subject: messages in the LOBSTER format and the limit order books that they build. Plain Java, no
 * container, no thread of its own.
 */
package org.pmuconnector.sample.book;
