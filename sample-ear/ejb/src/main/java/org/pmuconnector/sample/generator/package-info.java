/** Makes order flow in the LOBSTER message format for those who have no real file at hand. Plain Java, no container. */
package org.pmuconnector.sample.generator;
