/**
 * Processes that a program starts, waits for, kills and cleans up after: a persistent memory unit's daemon and Payara
 * Micro servers with the sample on them. Used by the demonstration and by tests that kill servers.
 */
package org.pmuconnector.sample.demo.process;
