/** The TCP socket under an iWARP stream, the same for both sides: waiting that polls first and blocks then. */
package org.pmuconnector.iwarp.socket;
