/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677): both halves of the exchange as state machines without input or output, and what is
 * kept of a password. Messages and functions are those of the OnGres SCRAM library.
 */
package org.pmuconnector.scram;
