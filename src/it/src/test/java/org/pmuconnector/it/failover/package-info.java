/** Whole servers that fail in all ways that there are, while clients go on sending orders. */
package org.pmuconnector.it.failover;
