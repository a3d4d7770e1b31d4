/**
 * Chaos by seed: processes and networks that fail in every way, while servers write and stand by; and what a checker makes
 * of all that these were told.
 */
package org.pmuconnector.it.chaos;
