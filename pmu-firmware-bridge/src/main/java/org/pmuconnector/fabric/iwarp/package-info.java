/** The initiator of iWARP streams over TCP: {@code iwarp://HOST:PORT}. */
package org.pmuconnector.fabric.iwarp;
