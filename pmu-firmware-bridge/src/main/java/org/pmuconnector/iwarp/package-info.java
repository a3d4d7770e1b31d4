/**
 * iWARP on the wire: MPA (RFC 5044, RFC 6581), DDP (RFC 5041) and RDMAP (RFC 5040), one class for each format. Bytes in,
 * fields out, and back: no socket, no thread and no clock here. All integers are big-endian, except the CRC.
 */
package org.pmuconnector.iwarp;
